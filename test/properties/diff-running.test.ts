/** What rules that run do otherwise than another policy: exactly the packets that walks through both tell apart. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { expect, it } from 'vitest';
import { runningChanges, type RunningChange } from '../../compiler/diff/running.ts';
import type { ProgramRule, StageId } from '../../compiler/4-program/program.ts';
import { compareWithProgram } from '../../compiler/proof/machine/compare.ts';
import { editOf } from '../arbitraries/policy/edits.ts';
import { UNWALKED, without } from '../arbitraries/policy/features.ts';
import { randomPolicy, type RandomPolicy } from '../arbitraries/policy/policy.ts';
import { packetsForPrograms } from '../arbitraries/program-packet.ts';
import { isIn } from '../builders/diff.ts';
import { interfacesOf } from '../../compiler/diff/interfaces.ts';
import { policyReadBack, type ReadPolicy } from '../builders/read-back.ts';
import { chainOfStage, packetAtStage } from '../builders/stage-entry.ts';
import { walkMachine } from '../oracles/machine-walk.ts';
import { decidingRule, walkStage, type Outcome, type TrackedPacket } from '../oracles/stage-walk.ts';
import { count } from '../sampling.ts';

/** Besides, packets do not tell whether they are in a region that is told by the time. */
const FEATURES = without(...UNWALKED, 'times');

const edited: Arbitrary<readonly [RandomPolicy, RandomPolicy]> = randomPolicy(FEATURES).chain((policy) =>
  editOf(policy).map((later) => [policy, later] as const),
);

/** Of stages that have two ways in, that of received packets. */
function toldOf(running: ReadPolicy, policy: ReadPolicy): ReadonlyMap<StageId, readonly RunningChange[]> {
  const told = new Map<StageId, readonly RunningChange[]>();
  const comparisons = compareWithProgram(running.machine, policy.program, 2 ** 27, undefined, runningChanges);
  for (const comparison of comparisons) {
    const { part, kind } = comparison;
    if (kind === 'not compared' || part.endsWith('(output)')) continue;
    const id = part.replace(/ \(.*/, '') as StageId;
    const changes = kind === 'the same' ? [] : comparison.told;
    if (changes) told.set(id, changes);
  }
  return told;
}

/** A packet of those that there can be; where flows are told by their beginnings, one that is new begins one. */
function possible(packet: TrackedPacket, areBeginnings: boolean): TrackedPacket {
  const { numbers } = packet;
  const state = numbers['state']!;
  const confirmed = state === 1 || (packet.confirmed && state <= 2);
  if (!areBeginnings || state !== 0) return { ...packet, confirmed };
  const flags = numbers['tcp flags'] === undefined ? {} : { 'tcp flags': (numbers['tcp flags'] & ~0x17) | 2 };
  return { ...packet, confirmed: false, numbers: { ...numbers, ...flags } };
}

/** What is done, where a DSCP that is written over counts for nothing. */
function doneText({ effects, ...rest }: Outcome): string {
  const isLast = (effect: string, at: number) =>
    !effect.startsWith('dscp ') || !effects.slice(at + 1).some((later) => later.startsWith('dscp '));
  return JSON.stringify({ ...rest, effects: effects.filter(isLast) });
}

/** Whether the rule is among those that are responsible, or without one, something else. */
function isNamed(rule: ProgramRule | undefined, { new: responsible }: RunningChange): boolean {
  if (!rule) return responsible.length > 0;
  return responsible.some(({ origin }) => origin?.span.start === rule.origin.span.start);
}

it('reports the packets that change, and no others', () => {
  const seen = { same: 0, differing: 0, changes: 0 };
  fastCheck.assert(
    fastCheck.property(edited, fastCheck.nat(), ([first, second], seed) => {
      const [running, policy] = [first, second].map(({ policy: text, files }) => policyReadBack(text, files));
      fastCheck.pre(running !== undefined && policy !== undefined);
      const packets = fastCheck.sample(packetsForPrograms([running.program, policy.program], false), {
        numRuns: 40,
        seed,
      });
      const interfaces = interfacesByNumber(policy);
      for (const [id, changes] of toldOf(running, policy)) {
        const stages = policy.program.stages.filter((stage) => stage.id === id);
        const chain = chainOfStage(id, running.machine);
        if (stages.length !== 1 || !chain) continue;
        seen.changes += changes.length;
        for (const one of packets) {
          const packet = packetAtStage(id, possible(one, stages[0]!.stateful !== undefined), policy.program);
          let wanted;
          try {
            wanted = walkStage(stages[0]!, policy.program, packet);
          } catch {
            // A test that the walk does not know.
            break;
          }
          const found = walkMachine(running.machine, chain, packet);
          const reported = changes.filter(({ region }) => isIn(region, packet, interfaces));
          const context = (): string =>
            `${id} ${JSON.stringify({ packet, wanted, found }, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))}\n` +
            `${changes.map(({ aspect, where }) => `${aspect} ${where}`).join('\n')}\n${second.policy}\n--\n${running.text}`;
          const ofVerdict = reported.filter(({ aspect }) => aspect === undefined);
          if ((ofVerdict.length === 1) !== (wanted.decision !== found.decision) || ofVerdict.length > 1) {
            expect.fail(context());
          }
          const rule = decidingRule(stages[0]!, policy.program, packet);
          const isRuleTold = ofVerdict.every((change) => isNamed(rule, change));
          if (!isRuleTold) expect.fail(`${rule?.origin.text} is not named: ${context()}`);
          const differs = doneText(wanted) !== doneText(found);
          if (differs && reported.length === 0) expect.fail(context());
          seen[differs ? 'differing' : 'same']++;
        }
      }
    }),
    { numRuns: count(60, 400) },
  );
  for (const number of Object.values(seen)) expect(number).toBeGreaterThan(5);
});

function interfacesByNumber({ program }: ReadPolicy) {
  const zones = program.zones.map((zone) => program.target?.zones.get(zone.name) ?? zone);
  const names = [...new Set(zones.flatMap(({ members }) => members.map((member) => member.interface)))];
  const { old, new: later } = interfacesOf(zones, zones);
  return { cells: names.map((name) => ({ interface: name, vlans: undefined, ports: undefined })), old, new: later };
}
