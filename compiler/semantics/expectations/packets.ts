/** The packet that a line of `expect` describes. */
import { TCP_FLAGS } from '../../model/fields.ts';
import type { Expectation } from '../../model/policy.ts';
import { icmpPacket, ipPacket, tcpPacket, udpPacket, withIpHeader, type IpFields } from '../packet/build.ts';
import { decodePacket } from '../packet/decode.ts';
import { DCCP, ICMP, ICMPV6, SCTP, TCP, UDP, UDP_LITE, type Packet } from '../packet/packet.ts';
import { checksumOf, pseudoHeaderSum } from '../packet/checksum.ts';
import { writeUint16 } from '../packet/bytes.ts';

/** What a packet is made from besides what the line says of it. */
export interface Details {
  readonly source: bigint;
  readonly destination: bigint;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly identifier: number;
  /** The packet that an ICMP error is about. */
  readonly about: Packet | undefined;
}

/** Numbers of a TCP connection: those that its ends begin with. */
export const OPENER_SEQUENCE = 1000;
export const ANSWERER_SEQUENCE = 5000;

/** A fragment other than the first starts here, in bytes. */
const LATER_OFFSET = 1480;
const FRAGMENT_LENGTH = 64;

export function familyOf(expectation: Expectation): 4 | 6 {
  return expectation.source.address?.family ?? expectation.destination.address?.family ?? 4;
}

/** The packet as the line has it: a SYN where it says nothing of flags, an echo request with some identifier. */
export function plainDetails(expectation: Expectation): Details {
  return {
    source: expectation.source.address?.value ?? 0n,
    destination: expectation.destination.address?.value ?? 0n,
    sourcePort: expectation.source.port ?? 0,
    destinationPort: expectation.destination.port ?? 0,
    flags: expectation.tcpFlags ?? TCP_FLAGS.syn,
    sequence: OPENER_SEQUENCE,
    acknowledgement: 0,
    identifier: 1,
    about: undefined,
  };
}

export function describedPacket(expectation: Expectation, details: Details): Packet {
  const ip: IpFields = {
    family: familyOf(expectation),
    source: details.source,
    destination: details.destination,
    ttl: expectation.ttl ?? 64,
    dscp: expectation.dscp ?? 0,
    identification: 1,
  };
  if (expectation.fragment !== undefined) return fragmentPacket(expectation, ip, details);
  const bare = wholePacket(expectation, ip, details, 0);
  const missing = (expectation.length ?? 0) - bare.length;
  return missing > 0 ? wholePacket(expectation, ip, details, missing) : bare;
}

function wholePacket({ protocol, icmp }: Expectation, ip: IpFields, details: Details, padding: number): Packet {
  const payload = new Uint8Array(padding);
  const ports = { sourcePort: details.sourcePort, destinationPort: details.destinationPort };
  switch (protocol) {
    case TCP: {
      const { flags, sequence, acknowledgement } = details;
      return tcpPacket(ip, { ...ports, flags, sequence, acknowledgement, payload });
    }
    case UDP:
      return udpPacket(ip, { ...ports, payload });
    case ICMP:
    case ICMPV6: {
      const carried = details.about?.bytes ?? payload;
      const rest = details.about === undefined ? details.identifier * 65536 + 1 : 0;
      return icmpPacket(ip, { type: icmp?.type ?? 0, code: icmp?.code ?? 0, rest, payload: carried });
    }
    case UDP_LITE:
      return udpLitePacket(ip, ports, padding);
    case SCTP:
    case DCCP:
      return ipPacket(ip, protocol, withPorts(ports, 12 + padding));
    default:
      return ipPacket(ip, protocol, payload);
  }
}

function withPorts(
  ports: { readonly sourcePort: number; readonly destinationPort: number },
  length: number,
): Uint8Array {
  const content = new Uint8Array(length);
  writeUint16(content, 0, ports.sourcePort);
  writeUint16(content, 2, ports.destinationPort);
  return content;
}

/** All of it covered by its checksum, which must not be left out (RFC 3828). */
function udpLitePacket(
  ip: IpFields,
  ports: { readonly sourcePort: number; readonly destinationPort: number },
  padding: number,
): Packet {
  const content = withPorts(ports, 8 + padding);
  const pseudo = pseudoHeaderSum(ip.family, ip.source, ip.destination, UDP_LITE, content.length);
  writeUint16(content, 6, checksumOf(content, 0, content.length, pseudo));
  return decodePacket(withIpHeader(ip, UDP_LITE, content), ip.family);
}

/** The first fragment has the transport header, a later one has bytes of nobody knows what. */
function fragmentPacket(expectation: Expectation, ip: IpFields, details: Details): Packet {
  const header = ip.family === 4 ? 20 : 48;
  const length = Math.max((expectation.length ?? 0) - header, FRAGMENT_LENGTH);
  const data = new Uint8Array(length - (length % 8));
  if (expectation.fragment === 'first') {
    const whole = wholePacket(expectation, ip, details, data.length);
    data.set(whole.bytes.subarray(whole.transportAt, (whole.transportAt ?? 0) + data.length));
  }
  const fragment = expectation.fragment === 'first' ? { offset: 0, more: true } : { offset: LATER_OFFSET, more: true };
  return ipPacket({ ...ip, fragment }, expectation.protocol, data);
}
