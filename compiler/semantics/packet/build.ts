/** Packets made from their fields, with right lengths and checksums. */
import { concatenate, writeBigint, writeUint16, writeUint32 } from './bytes.ts';
import { checksumOf, pseudoHeaderSum } from './checksum.ts';
import { decodePacket } from './decode.ts';
import { FRAGMENT } from './ipv6.ts';
import { ICMP, ICMPV6, TCP, UDP, addressLength, type Packet } from './packet.ts';
import { checksumOffset } from './transport.ts';

export interface IpFields {
  readonly family: 4 | 6;
  readonly source: bigint;
  readonly destination: bigint;
  readonly ttl?: number;
  readonly dscp?: number;
  /** Explicit congestion notification (RFC 3168), two bits. */
  readonly ecn?: number;
  readonly identification?: number;
  readonly dontFragment?: boolean;
  readonly fragment?: { readonly offset: number; readonly more: boolean };
}

export interface TcpFields {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** As in `TCP_FLAGS` of the model. */
  readonly flags: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  readonly window?: number;
  /** A multiple of four bytes. */
  readonly options?: Uint8Array;
  readonly payload?: Uint8Array;
}

export interface UdpFields {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload?: Uint8Array;
}

export interface IcmpFields {
  readonly type: number;
  readonly code: number;
  /** The four bytes behind the checksum: identifier and sequence number, an MTU, or unused. */
  readonly rest?: number;
  readonly payload?: Uint8Array;
}

const EMPTY = new Uint8Array(0);
const DEFAULT_TTL = 64;

export function tcpPacket(ip: IpFields, tcp: TcpFields): Packet {
  const options = tcp.options ?? EMPTY;
  const header = new Uint8Array(20);
  writeUint16(header, 0, tcp.sourcePort);
  writeUint16(header, 2, tcp.destinationPort);
  writeUint32(header, 4, tcp.sequence ?? 0);
  writeUint32(header, 8, tcp.acknowledgement ?? 0);
  header[12] = ((20 + options.length) / 4) << 4;
  header[13] = tcp.flags;
  writeUint16(header, 14, tcp.window ?? 65535);
  return ipPacket(ip, TCP, concatenate([header, options, tcp.payload ?? EMPTY]));
}

export function udpPacket(ip: IpFields, udp: UdpFields): Packet {
  const payload = udp.payload ?? EMPTY;
  const header = new Uint8Array(8);
  writeUint16(header, 0, udp.sourcePort);
  writeUint16(header, 2, udp.destinationPort);
  writeUint16(header, 4, 8 + payload.length);
  return ipPacket(ip, UDP, concatenate([header, payload]));
}

/** ICMP for IPv4, ICMPv6 for IPv6. */
export function icmpPacket(ip: IpFields, icmp: IcmpFields): Packet {
  const header = new Uint8Array(8);
  header[0] = icmp.type;
  header[1] = icmp.code;
  writeUint32(header, 4, icmp.rest ?? 0);
  return ipPacket(ip, ip.family === 4 ? ICMP : ICMPV6, concatenate([header, icmp.payload ?? EMPTY]));
}

/** Any protocol over IP. A checksum that the protocol keeps over itself is written into `content`. */
export function ipPacket(ip: IpFields, protocol: number, content: Uint8Array): Packet {
  const filled = ip.fragment === undefined ? withTransportChecksum(ip, protocol, content) : content;
  return decodePacket(withIpHeader(ip, protocol, filled), ip.family);
}

function withTransportChecksum(ip: IpFields, protocol: number, content: Uint8Array): Uint8Array {
  const ofIcmp = protocol === ICMP && ip.family === 4;
  const offset = ofIcmp ? 2 : checksumOffset(protocol);
  if (offset === undefined || offset + 2 > content.length) return content;
  const filled = content.slice();
  writeUint16(filled, offset, 0);
  const pseudo = ofIcmp ? 0 : pseudoHeaderSum(ip.family, ip.source, ip.destination, protocol, content.length);
  const checksum = checksumOf(filled, 0, filled.length, pseudo);
  writeUint16(filled, offset, checksum === 0 && protocol === UDP ? 0xffff : checksum);
  return filled;
}

/** The bytes of an IP packet around `content`, taken as it is. */
export function withIpHeader(ip: IpFields, protocol: number, content: Uint8Array): Uint8Array {
  return ip.family === 4 ? withIpv4Header(ip, protocol, content) : withIpv6Header(ip, protocol, content);
}

function withIpv4Header(ip: IpFields, protocol: number, content: Uint8Array): Uint8Array {
  const header = new Uint8Array(20);
  header[0] = 0x45;
  header[1] = ((ip.dscp ?? 0) << 2) | (ip.ecn ?? 0);
  writeUint16(header, 2, header.length + content.length);
  writeUint16(header, 4, ip.identification ?? 0);
  const flags = (ip.dontFragment === true ? 0x4000 : 0) | (ip.fragment?.more === true ? 0x2000 : 0);
  writeUint16(header, 6, flags | ((ip.fragment?.offset ?? 0) / 8));
  header[8] = ip.ttl ?? DEFAULT_TTL;
  header[9] = protocol;
  writeBigint(header, 12, addressLength(4), ip.source);
  writeBigint(header, 16, addressLength(4), ip.destination);
  writeUint16(header, 10, checksumOf(header));
  return concatenate([header, content]);
}

function withIpv6Header(ip: IpFields, protocol: number, content: Uint8Array): Uint8Array {
  const header = new Uint8Array(40);
  const fragment = ip.fragment === undefined ? EMPTY : fragmentHeader(ip, protocol);
  writeUint16(header, 0, 0x6000 | ((ip.dscp ?? 0) << 6) | ((ip.ecn ?? 0) << 4));
  writeUint16(header, 4, fragment.length + content.length);
  header[6] = ip.fragment === undefined ? protocol : FRAGMENT;
  header[7] = ip.ttl ?? DEFAULT_TTL;
  writeBigint(header, 8, addressLength(6), ip.source);
  writeBigint(header, 24, addressLength(6), ip.destination);
  return concatenate([header, fragment, content]);
}

function fragmentHeader(ip: IpFields, protocol: number): Uint8Array {
  const header = new Uint8Array(8);
  header[0] = protocol;
  writeUint16(header, 2, (ip.fragment?.offset ?? 0) | (ip.fragment?.more === true ? 1 : 0));
  writeUint32(header, 4, ip.identification ?? 0);
  return header;
}
