/** Mistakes put into the choice of classes and into tc's queues: are they noticed? See ../mutations/README.md. */
import { beforeAll, expect, test } from 'vitest';
import { count, seed } from '../sampling.ts';
import { shapingCorpus, type Specimen } from '../mutations/corpus.ts';
import { judge } from '../mutations/judge.ts';
import { shaping } from '../mutations/list/shaping.ts';
import { NETWORK } from './conformance/network.ts';
import { agrees, tryPolicy } from './conformance/run.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

const PACKETS = 600;
/** Every so many of the list, so that each part of the compiler has one. */
const STEP = count(7, 1);

describeWithKernel('mistakes put into shaping on purpose', () => {
  let specimens: readonly Specimen[];
  beforeAll(() => {
    specimens = shapingCorpus(['egress', 'ingress'], PACKETS, seed);
  });

  test('the compiler as it is passes what they are judged by', async () => {
    for (const { name, built, script } of specimens) {
      expect(agrees(await tryPolicy(NETWORK, built, script)), name).toBe(true);
    }
  });

  test.each(shaping.filter((_, at) => at % STEP === 0))('$name', async (mutation) => {
    const { noticed } = await judge(mutation, specimens, { plans: 0, policies: specimens.length, seed });
    expect(noticed).toBeDefined();
    process.stdout.write(`${mutation.name.padEnd(64)} ${noticed!.by}: ${noticed!.how.split('\n')[0]!.slice(0, 80)}\n`);
  });
});
