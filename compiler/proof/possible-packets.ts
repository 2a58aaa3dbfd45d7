/** What holds of every packet that a policy can meet: the proof is about these, and passes may rely on it. */
import { PROTOCOLS_WITH_PORTS, type NumberField } from '../model/fields.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { ALL, type Diagram } from './diagrams.ts';
import type { PacketTests } from './packet-tests.ts';

const WITH_PORTS = IntervalSet.fromIntervals(
  8,
  PROTOCOLS_WITH_PORTS.map((protocol) => [protocol, protocol] as const),
);

/** The packets that there can be. */
export function possiblePackets(packets: PacketTests): Diagram {
  const { diagrams } = packets;
  const implies = (condition: Diagram, consequence: Diagram) => diagrams.orElse(diagrams.not(condition), consequence);
  const protocolOf = (field: NumberField, protocols: IntervalSet, view?: 'original' | 'on wire') =>
    implies(packets.present(field, view), packets.numberIn('protocol', protocols));
  const lengths = (family: 4 | 6, low: number, high: number) =>
    implies(packets.family(family), packets.numberIn('length', IntervalSet.range(32, low, high)));
  return [
    protocolOf('source port', WITH_PORTS),
    protocolOf('source port', WITH_PORTS, 'original'),
    protocolOf('source port', WITH_PORTS, 'on wire'),
    protocolOf('tcp flags', IntervalSet.of(8, 6)),
    protocolOf('icmp4', IntervalSet.of(8, 1)),
    protocolOf('icmp6', IntervalSet.of(8, 58)),
    implies(packets.present('icmp4'), packets.family(4)),
    implies(packets.present('icmp6'), packets.family(6)),
    // RFC 791: 16 bits; RFC 8200: 16 bits behind a header of 40 bytes.
    lengths(4, 0, 0xffff),
    lengths(6, 40, 0xffff + 40),
    packets.numberIn('fragment', IntervalSet.range(2, 0, 2)),
    packets.numberIn('state', IntervalSet.range(3, 0, 4)),
  ].reduce((all, one) => diagrams.when(all, one), ALL);
}
