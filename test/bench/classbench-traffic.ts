/** Packets of the ClassBench sets, by what becomes of them, and routers that they go through. */
import type { ClassbenchRule } from '../builders/classbench.ts';
import {
  anyPacket,
  firstMatch,
  isForwardable,
  packetFor,
  randomFrom,
  type ClassbenchPacket,
} from '../builders/classbench/packets.ts';

/** Different packets of each kind: more than caches hold of a set's elements. */
const DIFFERENT = 20_000;
/** Fewer different ones than this are no kind of their own in a set. */
const FEWEST = 500;
const SEED = 20_180_501;

export interface Kind {
  readonly kind: string;
  readonly packets: readonly ClassbenchPacket[];
  /** Whether they are let through, and so go all the way of a packet. */
  readonly passes: boolean;
}

/** Packets from the boxes of the rules, each rule as likely as any, and packets from anywhere. */
export function kindsOf(rules: readonly ClassbenchRule[]): Kind[] {
  const random = randomFrom(SEED);
  const draws = {
    'in the boxes of rules': () => packetFor(rules[random(rules.length)]!, random),
    'drawn uniformly': () => anyPacket(rules, random),
  };
  return Object.entries(draws).flatMap(([whence, draw]) => {
    const drawn = Array.from({ length: 2 * DIFFERENT }, draw).filter(isForwardable);
    const met = drawn.map((packet) => ({ packet, rule: firstMatch(rules, packet) }));
    const all = [
      { kind: `${whence}, let through`, passes: true, of: met.filter(({ rule }) => rule?.verdict === 'allow') },
      { kind: `${whence}, dropped by a rule`, passes: false, of: met.filter(({ rule }) => rule?.verdict === 'drop') },
      { kind: `${whence}, within no rule`, passes: false, of: met.filter(({ rule }) => rule === undefined) },
    ];
    return all.flatMap(({ kind, passes, of }) =>
      of.length < FEWEST ? [] : [{ kind, passes, packets: of.slice(0, DIFFERENT).map(({ packet }) => packet) }],
    );
  });
}

/** Nothing of a packet's way is measured behind the rules: what the neighbour does with it would be. */
export const WAY_OUT = `table netdev sink {
  chain egress { type filter hook egress device out0 priority 0; policy drop; };
}`;
