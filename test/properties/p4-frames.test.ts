/**
 * A NIC and the host behind it mean what the policy means: the program's own text, with its entries, drops frames that the reference
 * drops at `mitigate` and does nothing else with, and all others go up as they came.
 */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../compiler/4-program/build.ts';
import { mitigationPolicy, XDP_INTERFACES } from '../arbitraries/policy/mitigation.ts';
import { without } from '../arbitraries/policy/features.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { ARCHITECTURES, compileForNic, onNic, portsOfNic, switchWith } from '../builders/nic-files.ts';
import { inputsWith } from '../builders/ruleset.ts';
import { FrameSource } from '../kernel/xdp/frames.ts';
import { MitigationReference } from '../oracles/mitigation-reference.ts';
import { count, seed } from '../sampling.ts';

const POLICIES = count(10, 100);
const FRAMES = count(400, 1500);

const NO_LIMITS = [
  'limits',
  'row limits',
  'memory',
  'count',
  'samples',
  'tables',
  'payload',
  'same field',
  'masked addresses',
];

describe.each([...ARCHITECTURES, 'ipu-e2000'])('a NIC, %s, before the host', (architecture) => {
  it('drops what the reference drops and does nothing else with, and lets all else up as it came', () => {
    const policies = fastCheck.sample(mitigationPolicy(), { seed, numRuns: 8 * POLICIES });
    const seen = compareAll(policies, architecture, () => false);
    expect(seen.dropped).toBeGreaterThan(seen.frames / 200);
  });

  it('drops all of that in policies whose rules a NIC can ask', () => {
    const features = without(
      'log',
      'addresses of zones',
      'connections',
      'marks',
      'notrack',
      'times',
      ...(NO_LIMITS as never[]),
    );
    const policies = fastCheck.sample(mitigationPolicy(features), { seed: seed + 1, numRuns: 8 * POLICIES });
    const seen = compareAll(policies, architecture, (split) => !split.includes('a NIC'));
    expect(seen.exact).toBeGreaterThan(seen.frames / 100);
  });
});

function compareAll(
  policies: readonly { readonly policy: string; readonly files: Readonly<Record<string, string>> }[],
  architecture: string,
  isExact: (split: string) => boolean,
): { readonly frames: number; readonly dropped: number; readonly exact: number } {
  let [frames, dropped, exact, compared] = [0, 0, 0, 0];
  for (const [number, { policy: text, files: data }] of policies.entries()) {
    if (compared >= POLICIES) break;
    const { policy, files } = compileForNic(onNic(text, architecture), inputsWith(data));
    // Empty sets and the like: not what this is about.
    if (!policy || files.size === 0) continue;
    compared++;
    const nic = switchWith(files);
    const program = buildProgram(policy, policy.targets[0]).program;
    const reference = new MitigationReference(policy, XDP_INTERFACES);
    const mustDrop = isExact(files.get('p4/split.txt')!);
    for (const frame of new FrameSource(program, XDP_INTERFACES, randomFrom(seed + number)).draw(FRAMES)) {
      const at = XDP_INTERFACES.indexOf(frame.in as (typeof XDP_INTERFACES)[number]);
      const { network, host } = portsOfNic(architecture, at);
      const passed = nic.run(network, frame.bytes);
      const judged = reference.judge(frame);
      const about: string = `${text}\n${files.get('p4/split.txt')}\n${frame.in} ${Buffer.from(frame.bytes).toString('hex')}`;
      frames++;
      if (passed.port === undefined) {
        dropped++;
        if (!judged.dropsPlainly && !judged.isGone) expect.fail(`dropped by the NIC only: ${about}`);
      } else {
        expect(passed.port).toBe(host);
        expect(Buffer.compare(passed.bytes, frame.bytes)).toBe(0);
        if (mustDrop && judged.dropsPlainly && judged.isWhole) expect.fail(`not dropped by the NIC: ${about}`);
      }
      if (mustDrop && judged.dropsPlainly && judged.isWhole) exact++;
    }
  }
  expect(compared).toBe(POLICIES);
  return { frames, dropped, exact };
}
