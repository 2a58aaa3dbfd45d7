/** Transport headers: TCP (RFC 9293), UDP (RFC 768), UDP-Lite, DCCP, SCTP, ICMP (RFC 792) and ICMPv6 (RFC 4443). */
import { byteAt, uint16At, uint32At } from './bytes.ts';
import {
  DCCP,
  ICMP,
  ICMPV6,
  SCTP,
  TCP,
  UDP,
  UDP_LITE,
  type IcmpHeader,
  type Packet,
  type TcpHeader,
} from './packet.ts';

export type TransportFields = Pick<
  Packet,
  'sourcePort' | 'destinationPort' | 'tcpFlags' | 'tcp' | 'icmp' | 'payloadAt'
>;

const NONE: TransportFields = {
  sourcePort: undefined,
  destinationPort: undefined,
  tcpFlags: undefined,
  tcp: undefined,
  icmp: undefined,
  payloadAt: undefined,
};

/** Reads what there is of the header at `at`; nothing where `at` is undefined, as in later fragments. */
export function decodeTransport(
  bytes: Uint8Array,
  protocol: number | undefined,
  at: number | undefined,
): TransportFields {
  if (at === undefined || protocol === undefined) return NONE;
  switch (protocol) {
    case TCP: {
      const tcp = decodeTcp(bytes, at);
      return {
        ...NONE,
        ...portsAt(bytes, at),
        tcpFlags: byteAt(bytes, at + 13),
        tcp,
        payloadAt: tcp && at + tcp.headerLength <= bytes.length ? at + tcp.headerLength : undefined,
      };
    }
    case UDP:
    case UDP_LITE:
      return { ...NONE, ...portsAt(bytes, at), payloadAt: behind(bytes, at + 8) };
    case SCTP:
      return { ...NONE, ...portsAt(bytes, at), payloadAt: behind(bytes, at + 12) };
    case DCCP:
      return { ...NONE, ...portsAt(bytes, at), payloadAt: behind(bytes, at + (byteAt(bytes, at + 4) ?? 0) * 4) };
    case ICMP:
    case ICMPV6:
      return { ...NONE, icmp: decodeIcmp(bytes, at), payloadAt: behind(bytes, at + 8) };
    default:
      return NONE;
  }
}

function portsAt(bytes: Uint8Array, at: number): Pick<TransportFields, 'sourcePort' | 'destinationPort'> {
  return { sourcePort: uint16At(bytes, at), destinationPort: uint16At(bytes, at + 2) };
}

function behind(bytes: Uint8Array, at: number): number | undefined {
  return at <= bytes.length ? at : undefined;
}

function decodeTcp(bytes: Uint8Array, at: number): TcpHeader | undefined {
  const sequence = uint32At(bytes, at + 4);
  const acknowledgement = uint32At(bytes, at + 8);
  const offset = byteAt(bytes, at + 12);
  const window = uint16At(bytes, at + 14);
  if (sequence === undefined || acknowledgement === undefined || offset === undefined || window === undefined) {
    return undefined;
  }
  if (at + 20 > bytes.length) return undefined;
  return { sequence, acknowledgement, headerLength: (offset >> 4) * 4, window };
}

function decodeIcmp(bytes: Uint8Array, at: number): IcmpHeader | undefined {
  const type = byteAt(bytes, at);
  const code = byteAt(bytes, at + 1);
  if (type === undefined || code === undefined) return undefined;
  return { type, code, identifier: uint16At(bytes, at + 4) };
}

/** Where a transport protocol keeps the checksum that covers the pseudo header, from the start of its header. */
export function checksumOffset(protocol: number): number | undefined {
  switch (protocol) {
    case TCP:
      return 16;
    case UDP:
    case UDP_LITE:
      return 6;
    case ICMPV6:
      return 2;
    default:
      return undefined;
  }
}
