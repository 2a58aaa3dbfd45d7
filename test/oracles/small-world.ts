/** A world of few packets, in which each rule of short lists can be tried on all of them. */
import type { Decision, ProgramRule } from '../../compiler/4-program/program.ts';
import { decisionKey } from '../../compiler/6-plan/commute.ts';
import { ZONES } from '../arbitraries/program.ts';
import { atomHolds, type AbstractPacket } from './plan-walk.ts';

/** Packets for every way in which these lists can tell packets apart: each value that rules name, and one besides. */
const ADDRESSES = [0n, 1n, 2n, 3n, 4n];
const INTERFACES = [...ZONES.map((zone) => zone.members[0]!.interface), 'stray0'];
const TRANSPORTS = [
  ...[1, 47, 6, 17, 132].map((protocol) => ({ protocol })),
  ...[6, 17, 132].flatMap((protocol) => [0, 1, 2, 3].map((port) => ({ protocol, 'destination port': port }))),
];
export const PACKETS: readonly AbstractPacket[] = pairs(
  pairs(ADDRESSES, ADDRESSES),
  pairs(INTERFACES, INTERFACES),
).flatMap(([[source, destination], [wayIn, out]]) =>
  TRANSPORTS.map((numbers) => ({ family: 4 as const, source, destination, in: wayIn, out, numbers })),
);

function pairs<A, B>(left: readonly A[], right: readonly B[]): (readonly [A, B])[] {
  return left.flatMap((one) => right.map((other) => [one, other] as const));
}

/** A rule, and which of the packets it is for. */
export interface Tried {
  readonly rule: ProgramRule;
  readonly holds: readonly boolean[];
}

export const tried = (rule: ProgramRule): Tried => ({
  rule,
  holds: PACKETS.map((packet) => rule.atoms.every((atom) => atomHolds(atom, packet))),
});

/** What a packet meets: how often it is counted, then the verdict; the default where no rule decides. */
export function fate(list: readonly Tried[], packet: number, otherwise: Decision | undefined): string {
  let counts = 0;
  for (const { rule, holds } of list) {
    if (!holds[packet]) continue;
    counts += rule.effects.length;
    if (rule.decision) return `${counts} ${decisionKey(rule.decision)}`;
  }
  return `${counts} ${decisionKey(otherwise)}`;
}

export const isReached = (list: readonly Tried[], at: number) =>
  PACKETS.some(
    (_, packet) =>
      list[at]!.holds[packet] && !list.some(({ rule, holds }, before) => before < at && rule.decision && holds[packet]),
  );

/** Tries each rule in order, with those that are still there. */
export function leaveOut(
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
