/** The tuple by which connection tracking knows a packet (nf_ct_get_tuple). */
import { uint16At } from '../packet/bytes.ts';
import { GRE, ICMP, ICMPV6, SCTP, TCP, UDP, UDP_LITE, type Packet } from '../packet/packet.ts';
import type { Tuple } from '../flows.ts';

const GRE_VERSION_MASK = 0x0007;
const GRE_PROTOCOL_PPP = 0x880b;

/** Undefined where the packet is too short or too odd to have one. */
export function tupleOfPacket(packet: Packet): Tuple | undefined {
  const { family, protocol, source, destination, transportAt } = packet;
  if (protocol === undefined || source === undefined || destination === undefined || transportAt === undefined) {
    return undefined;
  }
  const addresses = { family, protocol, source, destination };
  switch (protocol) {
    case TCP:
    case UDP:
    case UDP_LITE:
    case SCTP: {
      const { sourcePort, destinationPort } = packet;
      if (sourcePort === undefined || destinationPort === undefined) return undefined;
      return { ...addresses, sourcePart: sourcePort, destinationPart: destinationPort };
    }
    case ICMP:
    case ICMPV6: {
      const { icmp } = packet;
      if (icmp?.identifier === undefined || packet.payloadAt === undefined) return undefined;
      return { ...addresses, sourcePart: icmp.identifier, destinationPart: icmp.type * 256 + icmp.code };
    }
    case GRE: {
      const callId = pptpCallId(packet, transportAt);
      return callId === 'malformed' ? undefined : { ...addresses, sourcePart: 0, destinationPart: callId };
    }
    // DCCP too: the kernel has not followed it since 6.17.
    default:
      return { ...addresses, sourcePart: 0, destinationPart: 0 };
  }
}

/** The call that a packet of PPTP's GRE (RFC 2637) belongs to; 0 for GRE of any other kind, which names none. */
function pptpCallId(packet: Packet, at: number): number | 'malformed' {
  const flags = uint16At(packet.bytes, at);
  const protocol = uint16At(packet.bytes, at + 2);
  if (flags === undefined || protocol === undefined || (flags & GRE_VERSION_MASK) !== 1) return 0;
  const callId = uint16At(packet.bytes, at + 6);
  if (callId === undefined) return 0;
  return protocol === GRE_PROTOCOL_PPP ? callId : 'malformed';
}
