/** Packets of ClassBench as the values of their fields, for walks of plans. */
import { PROTOCOLS_WITH_PORTS } from '../../../compiler/model/fields.ts';
import type { AbstractPacket } from '../../oracles/plan-walk.ts';
import type { ClassbenchPacket } from './packets.ts';

export function abstractOf(packet: ClassbenchPacket): AbstractPacket {
  const { protocol } = packet;
  const hasPorts = PROTOCOLS_WITH_PORTS.some((one) => one === protocol);
  return {
    family: 4,
    source: BigInt(packet.source),
    destination: BigInt(packet.destination),
    in: undefined,
    out: undefined,
    numbers: {
      protocol,
      ...(hasPorts ? { 'source port': packet.sourcePort, 'destination port': packet.destinationPort } : {}),
      ...(protocol === 6 ? { 'tcp flags': packet.tcpFlags } : {}),
      ...(protocol === 1 ? { icmp4: packet.icmp } : {}),
    },
  };
}
