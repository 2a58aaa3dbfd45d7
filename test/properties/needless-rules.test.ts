/** Rules that no packet needs: what goes is what trying each rule on every packet of a small world says. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision, ProgramRule } from '../../compiler/4-program/program.ts';
import { decisionKey, isPlain } from '../../compiler/6-plan/commute.ts';
import { redundantRules } from '../../compiler/6-plan/passes/redundant-rules.ts';
import { shadowedRules } from '../../compiler/6-plan/passes/shadowed-rules.ts';
import type { Pass } from '../../compiler/6-plan/passes/index.ts';
import { ZONES } from '../arbitraries/program.ts';
import { DEAR_LISTS, programOf, stageOf } from '../builders/program.ts';
import { nearlyAlike } from '../mutations/nearly-alike.ts';
import { overlapping } from '../arbitraries/overlapping-rules.ts';
import { atomHolds, type AbstractPacket } from '../oracles/plan-walk.ts';

const lists = fastCheck.oneof(nearlyAlike, overlapping);

/** Packets for every way in which these lists can tell packets apart: each value that rules name, and one besides. */
const ADDRESSES = [0n, 1n, 2n, 3n, 4n];
const INTERFACES = [...ZONES.map((zone) => zone.members[0]!.interface), 'stray0'];
const TRANSPORTS = [
  ...[1, 47, 6, 17, 132].map((protocol) => ({ protocol })),
  ...[6, 17, 132].flatMap((protocol) => [0, 1, 2, 3].map((port) => ({ protocol, 'destination port': port }))),
];
const PACKETS: readonly AbstractPacket[] = pairs(pairs(ADDRESSES, ADDRESSES), pairs(INTERFACES, INTERFACES)).flatMap(
  ([[source, destination], [wayIn, out]]) =>
    TRANSPORTS.map((numbers) => ({ family: 4 as const, source, destination, in: wayIn, out, numbers })),
);

function pairs<A, B>(left: readonly A[], right: readonly B[]): (readonly [A, B])[] {
  return left.flatMap((one) => right.map((other) => [one, other] as const));
}

const DROP: Decision = { kind: 'verdict', verdict: { kind: 'drop' } };
const DEFAULTS = [undefined, DROP] as const;

/** A rule, and which of the packets it is for. */
interface Tried {
  readonly rule: ProgramRule;
  readonly holds: readonly boolean[];
}

const tried = (rule: ProgramRule): Tried => ({
  rule,
  holds: PACKETS.map((packet) => rule.atoms.every((atom) => atomHolds(atom, packet))),
});

/** What a packet meets: how often it is counted, then the verdict; the default where no rule decides. */
function fate(list: readonly Tried[], packet: number, otherwise: Decision | undefined): string {
  let counts = 0;
  for (const { rule, holds } of list) {
    if (!holds[packet]) continue;
    counts += rule.effects.length;
    if (rule.decision) return `${counts} ${decisionKey(rule.decision)}`;
  }
  return `${counts} ${decisionKey(otherwise)}`;
}

const isReached = (list: readonly Tried[], at: number) =>
  PACKETS.some(
    (_, packet) =>
      list[at]!.holds[packet] && !list.some(({ rule, holds }, before) => before < at && rule.decision && holds[packet]),
  );

/** Tries each rule in order, with those that are still there. */
function leaveOut(
  list: readonly ProgramRule[],
  isNeedless: (left: readonly Tried[], at: number) => boolean,
): readonly ProgramRule[] {
  let left = list.map(tried);
  for (const one of left) {
    const at = left.indexOf(one);
    if (isNeedless(left, at)) left = left.toSpliced(at, 1);
  }
  return left.map(({ rule }) => rule);
}

function leftBy(pass: Pass, list: readonly ProgramRule[], otherwise: Decision | undefined): readonly ProgramRule[] {
  const stage = stageOf(list);
  const after = pass.run(
    { kind: 'rules', rules: list },
    { program: programOf(stage), stage, otherwise, prices: DEAR_LISTS },
  );
  return after.kind === 'rules' ? after.rules : [];
}

/** In how many of the lists something went. */
function shareOf(check: (list: readonly ProgramRule[]) => boolean): number {
  let [gone, drawn] = [0, 0];
  fastCheck.assert(
    fastCheck.property(lists, (list) => {
      drawn++;
      if (check(list)) gone++;
    }),
  );
  return gone / drawn;
}

it('exactly the rules that no packet reaches are shadowed', () => {
  const share = shareOf((list) => {
    const expected = leaveOut(list, (left, at) => !isReached(left, at));
    expect(leftBy(shadowedRules, list, undefined)).toEqual(expected);
    return expected.length < list.length;
  });
  expect(share).toBeGreaterThan(0.3);
});

describe.each(DEFAULTS.map((otherwise) => [otherwise ? 'drop' : 'nothing', otherwise] as const))(
  'before a default of %s',
  (_name, otherwise) => {
    it('exactly the rules without which every packet meets the same are redundant', () => {
      const share = shareOf((list) => {
        const isNeedless = (left: readonly Tried[], at: number) => {
          const fewer = left.toSpliced(at, 1);
          const isSame = (_: unknown, packet: number) =>
            fate(fewer, packet, otherwise) === fate(left, packet, otherwise);
          return isPlain(left[at]!.rule) && PACKETS.every(isSame);
        };
        const expected = leaveOut(list, isNeedless);
        expect(leftBy(redundantRules, list, otherwise)).toEqual(expected);
        return expected.length < list.length;
      });
      expect(share).toBeGreaterThan(0.3);
    });
  },
);
