/**
 * What holds of every packet that a policy can meet: the proof is about these, and passes may rely on it. (Which protocols
 * have which fields is part of the tests of these fields.)
 */
import { IntervalSet } from '../net/interval-set.ts';
import { ALL, type Diagram } from './diagrams.ts';
import type { PacketTests } from './packet-tests.ts';

/** The packets that there can be. */
export function possiblePackets(packets: PacketTests): Diagram {
  const { diagrams } = packets;
  const implies = (condition: Diagram, consequence: Diagram) => diagrams.orElse(diagrams.not(condition), consequence);
  const lengths = (family: 4 | 6, low: number, high: number) =>
    implies(packets.family(family), packets.numberIn('length', IntervalSet.range(32, low, high)));
  return [
    // RFC 791: 16 bits; RFC 8200: 16 bits behind a header of 40 bytes.
    lengths(4, 0, 0xffff),
    lengths(6, 40, 0xffff + 40),
    packets.numberIn('fragment', IntervalSet.range(2, 0, 2)),
    packets.numberIn('state', IntervalSet.range(3, 0, 4)),
  ].reduce((all, one) => diagrams.when(all, one), ALL);
}
