/** Mistakes put into the compiler on purpose: are they noticed? See ../mutations/README.md. */
import { beforeAll, expect, test } from 'vitest';
import { count, seed } from '../sampling.ts';
import { corpus, type Specimen } from '../mutations/corpus.ts';
import { judge, type Verdict } from '../mutations/judge.ts';
import { MUTATIONS } from '../mutations/list/index.ts';
import { mutant, type Subject } from '../mutations/mutant.ts';
import type { Mutation } from '../mutations/mutation.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { NETWORK } from './conformance/network.ts';
import { agrees, tryPolicy } from './conformance/run.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

const EFFORT = { plans: 60, policies: 9, seed };

/** `SLUICE_MUTATIONS=all`: all of them; any other text: those in files whose paths contain it. */
const ASKED = process.env['SLUICE_MUTATIONS'];

describeWithKernel('mistakes put into the compiler on purpose', () => {
  let specimens: readonly Specimen[];
  let unchanged: Subject;
  beforeAll(async () => {
    specimens = corpus(8, 500, seed);
    unchanged = await mutant(undefined);
  });

  test('the compiler as it is passes what they are judged by', async () => {
    expect(unchanged.wrongPlan(EFFORT.plans, seed)).toBeUndefined();
    for (const { name, built, script } of specimens) {
      expect(agrees(await tryPolicy(NETWORK, built, script)), name).toBe(true);
    }
  });

  test('are noticed', async () => {
    const verdicts: Verdict[] = [];
    for (const mutation of sample()) {
      const verdict = await judge(mutation, specimens, EFFORT);
      verdicts.push(verdict);
      process.stdout.write(`${rowOf(verdict)}\n`);
    }
    process.stdout.write(`${verdicts.filter(({ noticed }) => noticed).length} of ${verdicts.length} noticed\n`);
    const missed = verdicts.filter(({ noticed }) => !noticed).map(({ mutation }) => mutation.name);
    // Of forty, two may slip through: some mistakes take more packets to show than there is time for.
    expect(missed.length, missed.join('; ')).toBeLessThanOrEqual(Math.floor(verdicts.length / 20));
  });
});

/** All in `npm run test:full`; else a few, the same each time. */
function sample(): readonly Mutation[] {
  if (ASKED === 'all') return MUTATIONS;
  if (ASKED !== undefined) return MUTATIONS.filter(({ file }) => file.includes(ASKED));
  const random = randomFrom(seed);
  const drawn = MUTATIONS.map((mutation) => ({ mutation, at: random(2 ** 32) })).toSorted((a, b) => a.at - b.at);
  const wanted = new Set(drawn.slice(0, count(5, MUTATIONS.length)).map(({ mutation }) => mutation));
  return MUTATIONS.filter((mutation) => wanted.has(mutation));
}

function rowOf({ mutation, noticed }: Verdict): string {
  return `${mutation.name.padEnd(64)} ${noticed ? `${noticed.by}: ${noticed.how.split('\n')[0]!.slice(0, 80)}` : 'MISSED'}`;
}
