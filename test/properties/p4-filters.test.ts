/**
 * A NIC and the host behind it mean what the policy means, with stateless filters: the program's own text, with its entries, drops
 * frames that the host drops without a word, wherever its routes lead, and all others go up as they came.
 */
import fastCheck, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../compiler/4-program/build.ts';
import { isLinkLocal, isMulticast } from '../../compiler/semantics/kernel/routing.ts';
import { decodeFrame } from '../../compiler/semantics/packet/frame.ts';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { askableFilteringPolicy, NIC_INTERFACES, nicFilteringPolicy } from '../arbitraries/policy/nic-filtering.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { ARCHITECTURES, compileForNic, portsOfNic, switchWith } from '../builders/nic-files.ts';
import { drawNicFrames } from '../builders/nic-frames.ts';
import { inputsWith } from '../builders/ruleset.ts';
import type { ArrivingFrame } from '../kernel/xdp/frames.ts';
import { NicReference, type NicJudged } from '../oracles/nic-reference.ts';
import { count, seed } from '../sampling.ts';

const POLICIES = count(12, 100);
const ASKABLE = count(4, 50);
const FRAMES = count(300, 1000);

describe.each([...ARCHITECTURES, 'ipu-e2000'])('a NIC, %s, before a host with stateless filters', (architecture) => {
  it('drops what the host drops in silence, wherever its routes lead, and lets all else up as it came', () => {
    const seen = compareAll(nicFilteringPolicy(), POLICIES, architecture, () => false);
    expect(seen.byFilters).toBeGreaterThan(seen.frames / 200);
  });

  it('drops all that both filters forbid where a NIC can ask all of their rules, and there is a route for all', () => {
    const seen = compareAll(askableFilteringPolicy(), ASKABLE, architecture, mustBeDropped);
    expect(seen.byFilters).toBeGreaterThan(seen.frames / 100);
  });
});

/** Not of what comes in by no zone, by a VLAN, or at its last hop; nor of groups and a link's addresses, which NICs ask `filter forward` about, too. */
function mustBeDropped({ in: name, bytes }: ArrivingFrame, { isWhole, isForbidden, isSilent }: NicJudged): boolean {
  const { packet, tags } = decodeFrame(bytes);
  if (!packet || !isWhole || name === 'dmz0' || tags.length > 0 || packet.ttl! < 2) return false;
  if (packet.family === 6 && isLinkLocal(packet.destination!)) return false;
  return !isMulticast(packet.family, packet.destination!) && isForbidden && isSilent;
}

function compareAll(
  policies: Arbitrary<RandomPolicy>,
  most: number,
  architecture: string,
  must: (frame: ArrivingFrame, judged: NicJudged) => boolean,
): { readonly frames: number; readonly byFilters: number } {
  let [compared, frames, byFilters] = [0, 0, 0];
  for (const [number, drawn] of fastCheck.sample(policies, { seed, numRuns: 8 * most }).entries()) {
    if (compared >= most) break;
    const text = drawn.policy.replace('ARCHITECTURE', architecture);
    const { policy, files } = compileForNic(text, inputsWith(drawn.files));
    // Empty sets and the like: not what this is about.
    if (!policy || files.size === 0) continue;
    compared++;
    const nic = switchWith(files);
    const { program } = buildProgram(policy, policy.targets[0]);
    const reference = new NicReference(policy, NIC_INTERFACES);
    for (const frame of drawNicFrames(program, NIC_INTERFACES, randomFrom(seed + number), FRAMES)) {
      const at = NIC_INTERFACES.indexOf(frame.in as (typeof NIC_INTERFACES)[number]);
      const { network, host } = portsOfNic(architecture, at);
      const passed = nic.run(network, frame.bytes);
      const judged = reference.judge(frame);
      const about = () =>
        `${text}\n${files.get('p4/split.txt')}\n${frame.in} ${Buffer.from(frame.bytes).toString('hex')}`;
      frames++;
      if (passed.port === undefined) {
        if (!judged.dropsPlainly && !judged.isGone) byFilters++;
        if (!judged.isSilent) expect.fail(`dropped by the NIC only: ${about()}`);
        continue;
      }
      expect(passed.port).toBe(host);
      expect(Buffer.compare(passed.bytes, frame.bytes)).toBe(0);
      if (must(frame, judged)) expect.fail(`not dropped by the NIC: ${about()}`);
    }
  }
  expect(compared).toBe(most);
  return { frames, byFilters };
}
