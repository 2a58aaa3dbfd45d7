/**
 * A layer 3 packet: its bytes, and the fields read from them. A field is undefined where the packet lacks it, be it that
 * its protocol has none, that it is a later fragment, or that the packet ends too early.
 */

export interface Fragment {
  /** Of the fragment's data in the original packet's, in bytes. */
  readonly offset: number;
  readonly more: boolean;
  readonly identification: number;
}

export interface TcpHeader {
  readonly sequence: number;
  readonly acknowledgement: number;
  /** Of the header with its options, in bytes. */
  readonly headerLength: number;
  readonly window: number;
}

export interface IcmpHeader {
  readonly type: number;
  readonly code: number;
  /** The second 16-bit word behind the checksum; an identifier in queries. */
  readonly identifier: number | undefined;
}

/** An option or extension that the host's IP layer acts on. */
export interface IpOptions {
  /** Option numbers (IPv4) or option types of the hop-by-hop header (IPv6), in order. */
  readonly types: readonly number[];
  /** Whether their lengths fit the header. */
  readonly wellFormed: boolean;
}

export interface Packet {
  /** From the IP header on, without the link's padding. */
  readonly bytes: Uint8Array;
  readonly family: 4 | 6;
  /** Whether the IP header is whole, its version and lengths right, and nothing of what it promises is missing. */
  readonly wellFormed: boolean;
  readonly source: bigint | undefined;
  readonly destination: bigint | undefined;
  /** Headers included, in bytes, as the header tells. */
  readonly length: number;
  readonly ttl: number | undefined;
  readonly dscp: number | undefined;
  /** IPv4's "don't fragment"; for IPv6 always true, as routers never fragment it. */
  readonly dontFragment: boolean;
  readonly options: IpOptions;
  /** Behind all extension headers; undefined where the chain is cut off. */
  readonly protocol: number | undefined;
  readonly fragment: Fragment | undefined;
  /** Where the transport header starts; undefined in later fragments. */
  readonly transportAt: number | undefined;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  /** Bits as in `TCP_FLAGS` of the model. */
  readonly tcpFlags: number | undefined;
  readonly tcp: TcpHeader | undefined;
  readonly icmp: IcmpHeader | undefined;
  /** Where the bytes behind the transport header start. */
  readonly payloadAt: number | undefined;
}

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const DCCP = 33;
export const GRE = 47;
export const ICMPV6 = 58;
export const SCTP = 132;
export const UDP_LITE = 136;

/** Bytes of an address of a family. */
export function addressLength(family: 4 | 6): number {
  return family === 4 ? 4 : 16;
}

export function isFragment(packet: Packet): boolean {
  return packet.fragment !== undefined;
}

export function isLaterFragment(packet: Packet): boolean {
  return packet.fragment !== undefined && packet.fragment.offset > 0;
}

/** ICMP for IPv4, ICMPv6 for IPv6: one spoken by the other family is just another protocol. */
export function isIcmp(packet: Packet): boolean {
  return packet.protocol === (packet.family === 4 ? ICMP : ICMPV6);
}
