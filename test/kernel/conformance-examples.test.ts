/** Does the kernel do with the examples what the reference semantics say? */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { count, seed } from '../sampling.ts';
import { buildPolicy, type PolicyText } from './conformance/build.ts';
import { examine } from './conformance/examine.ts';
import { CAMPUS, HOME, type Network } from './conformance/network.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

const PACKETS = count(3000, 20_000);

const examples: readonly (readonly [name: string, network: Network])[] = [
  ['campus-isp', CAMPUS],
  ['home-router', HOME],
];

/** Packets of one script; more of them are several scripts, each through a router that has seen none. */
const SCRIPT_LENGTH = 2000;

describeWithKernel('kernel conformance of the examples', () => {
  test.each(examples)('%s', async (name, network) => {
    const text = exampleText(name);
    const outcome = buildPolicy(text);
    if (outcome.kind === 'refused') throw new Error(outcome.diagnostics.map(({ message }) => message).join('\n'));
    let compared = 0;
    for (let part = 0; compared < PACKETS; part++) {
      const { report, result } = await examine(text, outcome.built, SCRIPT_LENGTH, seed + part, network);
      if (report !== undefined) throw new Error(report);
      expect(result.compared).toBeGreaterThan(0);
      compared += result.compared;
    }
  });
});

function exampleText(name: string): PolicyText {
  const folder = new URL(`../../examples/${name}/`, import.meta.url);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => {
    const path = `${entry.parentPath}/${entry.name}`;
    return [path.slice(folder.pathname.length), readFileSync(path, 'utf8')] as const;
  });
  // Rates that refill while the test runs are a matter of its clock: these refill once a day, and the burst is exact.
  // So are packets that wait in a queue for longer than the test looks: here none has to.
  const policy = readFileSync(new URL('policy.sluice', folder), 'utf8')
    .replaceAll('/second', '/day')
    .replaceAll(/ceiling \d+mbit/g, 'ceiling 10gbit');
  return { policy, files: Object.fromEntries(files) };
}
