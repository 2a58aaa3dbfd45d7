/**
 * A packet as data, one type for each header.
 *
 * What is written as optional has a default when a packet is encoded; a decoded packet has every field. Lengths and
 * offsets are bytes. Checksums are computed unless one is given, so that a wrong one can be sent on purpose.
 */

export const protocolNumbers = { icmp: 1, igmp: 2, tcp: 6, udp: 17, gre: 47, icmpv6: 58, sctp: 132 } as const;

export const tcpFlagNames = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'] as const;
export type TcpFlag = (typeof tcpFlagNames)[number];

/** An IEEE 802.1Q tag; `protocol` is 0x88a8 for a service tag (802.1ad). */
export interface VlanTag {
  id: number;
  priority?: number;
  protocol?: 0x8100 | 0x88a8;
}

export interface Ethernet {
  source: string;
  destination: string;
  /** Outermost first. */
  vlans?: readonly VlanTag[];
  /** From the packet's version unless given. */
  type?: number;
}

interface Ip {
  source: string;
  destination: string;
  /** Differentiated services code point, 0-63. */
  dscp?: number;
  /** Explicit congestion notification, 0-3. */
  ecn?: number;
}

export interface Ipv4 extends Ip {
  version: 4;
  identification?: number;
  dontFragment?: boolean;
  moreFragments?: boolean;
  /** A multiple of 8. */
  fragmentOffset?: number;
  ttl?: number;
  /** Padded with zeros to a multiple of 4. */
  options?: Uint8Array;
  checksum?: number;
}

export interface Ipv6 extends Ip {
  version: 6;
  flowLabel?: number;
  hopLimit?: number;
  /** In the order in which they stand. */
  extensions?: readonly Ipv6Extension[];
}

/** `options` and `data` are padded with zeros (Pad1 options) until the header is a multiple of 8 bytes long. */
export type Ipv6Extension =
  | { kind: 'hop-by-hop'; options: Uint8Array }
  | { kind: 'destination-options'; options: Uint8Array }
  | { kind: 'routing'; type: number; segmentsLeft: number; data: Uint8Array }
  | { kind: 'fragment'; offset: number; moreFragments: boolean; identification: number };

export type Network = Ipv4 | Ipv6;

export interface Tcp {
  protocol: 'tcp';
  sourcePort: number;
  destinationPort: number;
  sequence?: number;
  acknowledgement?: number;
  flags: readonly TcpFlag[];
  window?: number;
  urgentPointer?: number;
  /** Maximum segment size, the option of SYN segments. */
  mss?: number;
  /** Further options, behind the MSS option, padded with zeros to a multiple of 4. */
  options?: Uint8Array;
  checksum?: number;
  payload?: Uint8Array;
}

export interface Udp {
  protocol: 'udp';
  sourcePort: number;
  destinationPort: number;
  checksum?: number;
  payload?: Uint8Array;
}

/** ICMP over IPv4, ICMPv6 over IPv6. `rest` is the header's second word: identifier and sequence of an echo, an MTU. */
export interface Icmp {
  protocol: 'icmp' | 'icmpv6';
  type: number;
  code?: number;
  rest?: number;
  checksum?: number;
  /** The packet that an error speaks of. */
  payload?: Uint8Array;
}

/** Generic routing encapsulation (RFC 2784, with RFC 2890's key). */
export interface Gre {
  protocol: 'gre';
  /** EtherType of the payload. */
  type: number;
  key?: number;
  payload?: Uint8Array;
}

/** Any other protocol, and whatever has no readable header: a later fragment, a header cut short. */
export interface RawProtocol {
  protocol: number;
  payload?: Uint8Array;
}

export type Transport = Tcp | Udp | Icmp | Gre | RawProtocol;

/** `good`, `bad`, or `unknown` where it cannot be told: no checksum, a fragment, a packet cut short. */
export type ChecksumState = 'good' | 'bad' | 'unknown';

export interface DecodedPacket {
  network: Network;
  transport: Transport;
  /** The protocol behind all IPv6 extension headers. */
  protocolNumber: number;
  /** Length that the IP header states, the header included. */
  length: number;
  networkChecksum: ChecksumState;
  transportChecksum: ChecksumState;
}

export interface DecodedFrame {
  ethernet: Ethernet;
  /** Absent when the frame holds no IP. */
  packet?: DecodedPacket;
}

export const noBytes: Uint8Array = new Uint8Array(0);

/** One array of all the parts, in order. */
export function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
