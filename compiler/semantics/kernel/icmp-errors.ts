/** Errors that the host sends about packets (RFC 792, RFC 1122, RFC 4443), with as much of the packet as they carry. */
import type { RejectReason } from '../../model/policy.ts';
import { icmpPacket, tcpPacket } from '../packet/build.ts';
import { TCP_FLAGS } from '../../model/fields.ts';
import { ICMP, ICMPV6, TCP, isLaterFragment, type Packet } from '../packet/packet.ts';
import { hasRightChecksum } from './checksums.ts';
import { isMulticast } from './routing.ts';

export interface IcmpError {
  readonly type: number;
  readonly code: number;
  /** The four bytes behind the checksum: the MTU of a link that is too narrow. */
  readonly rest?: number;
}

const UNREACHABLE_4 = 3;
const UNREACHABLE_6 = 1;

/** Codes of "destination unreachable": RFC 792 and RFC 1812; RFC 4443. */
const REASONS: Readonly<Record<Exclude<RejectReason, 'tcp-reset'>, { readonly v4: number; readonly v6: number }>> = {
  'port-unreachable': { v4: 3, v6: 4 },
  'host-unreachable': { v4: 1, v6: 3 },
  'net-unreachable': { v4: 0, v6: 0 },
  'protocol-unreachable': { v4: 2, v6: 4 },
  'admin-prohibited': { v4: 13, v6: 1 },
  'net-prohibited': { v4: 9, v6: 1 },
  'host-prohibited': { v4: 10, v6: 1 },
};

export function unreachable(family: 4 | 6, reason: Exclude<RejectReason, 'tcp-reset'>): IcmpError {
  return family === 4
    ? { type: UNREACHABLE_4, code: REASONS[reason].v4 }
    : { type: UNREACHABLE_6, code: REASONS[reason].v6 };
}

export function timeExceeded(family: 4 | 6): IcmpError {
  return { type: family === 4 ? 11 : 3, code: 0 };
}

export function packetTooBig(family: 4 | 6, mtu: number): IcmpError {
  return family === 4 ? { type: UNREACHABLE_4, code: 4, rest: mtu } : { type: 2, code: 0, rest: mtu };
}

/** Greatest length of an error: RFC 1812 section 4.3.2.3, and the least MTU of IPv6. */
const GREATEST = { 4: 576, 6: 1280 } as const;
const HEADERS = { 4: 28, 6: 48 } as const;

/**
 * The error about a packet, from `source`; undefined where none may be sent: about errors, later fragments, and packets
 * from or to more than one host.
 */
export function icmpErrorAbout(packet: Packet, error: IcmpError, source: bigint): Packet | undefined {
  const { family } = packet;
  if (packet.source === undefined || packet.destination === undefined || !mayBeAnswered(packet, error)) {
    return undefined;
  }
  const carried = packet.bytes.subarray(0, GREATEST[family] - HEADERS[family]);
  return icmpPacket(
    { family, source, destination: packet.source, ...(family === 4 ? serviceOfError(packet) : {}) },
    { type: error.type, code: error.code, rest: error.rest ?? 0, payload: carried },
  );
}

/** "Internetwork control" precedence (RFC 1812, section 4.3.2.5) over the packet's own type of service. */
function serviceOfError(packet: Packet): { readonly dscp: number; readonly ecn: number } {
  const service = ((packet.bytes[1] ?? 0) & 0x1e) | 0xc0;
  return { dscp: service >> 2, ecn: service & 3 };
}

function mayBeAnswered(packet: Packet, error: IcmpError): boolean {
  const source = packet.source ?? 0n;
  const destination = packet.destination ?? 0n;
  // Of IPv4 only, says RFC 1122, section 3.2.2; of IPv6, RFC 4443 knows no such rule.
  if ((packet.family === 4 && isLaterFragment(packet)) || source === 0n || isMulticast(packet.family, source)) {
    return false;
  }
  if (isMulticast(packet.family, destination)) return packet.family === 6 && mayBeAboutGroups(error);
  return !isIcmpError(packet);
}

/** RFC 4443, section 2.4 (e.3): too big, and an unrecognized option that asks for it. */
function mayBeAboutGroups({ type, code }: IcmpError): boolean {
  return type === 2 || (type === 4 && code === 2);
}

/** Whether the packet is itself an error, or of a kind that might be one. */
function isIcmpError(packet: Packet): boolean {
  if (packet.family === 4) {
    const known = [0, 8, 13, 14, 15, 16, 17, 18];
    return packet.protocol === ICMP && !known.includes(packet.icmp?.type ?? -1);
  }
  if (packet.protocol !== ICMPV6 || isLaterFragment(packet)) return false;
  // A first fragment that ends before its type may be anything; a whole packet that does is none that is answered.
  return packet.icmp === undefined ? packet.fragment?.more !== true : packet.icmp.type < 128;
}

/** The reset that answers a TCP segment (RFC 9293, section 3.10.7.1); undefined for one that gets none. */
export function resetAnswering(packet: Packet): Packet | undefined {
  const { tcp, tcpFlags, family, source, destination, sourcePort, destinationPort } = packet;
  if (packet.protocol !== TCP || tcp === undefined || tcpFlags === undefined || isLaterFragment(packet)) {
    return undefined;
  }
  if (source === undefined || destination === undefined || sourcePort === undefined || destinationPort === undefined) {
    return undefined;
  }
  if (family === 6 && !(isHost6(source) && isHost6(destination))) return undefined;
  if ((tcpFlags & TCP_FLAGS.rst) !== 0 || !hasRightChecksum(packet)) return undefined;
  const acknowledges = (tcpFlags & TCP_FLAGS.ack) !== 0;
  const counted = (tcpFlags & TCP_FLAGS.syn ? 1 : 0) + (tcpFlags & TCP_FLAGS.fin ? 1 : 0);
  const length = packet.bytes.length - (packet.transportAt ?? 0) - tcp.headerLength + counted;
  return tcpPacket(
    { family, source: destination, destination: source, dontFragment: true },
    {
      sourcePort: destinationPort,
      destinationPort: sourcePort,
      flags: acknowledges ? TCP_FLAGS.rst : TCP_FLAGS.rst | TCP_FLAGS.ack,
      sequence: acknowledges ? tcp.acknowledgement : 0,
      acknowledgement: acknowledges ? 0 : (tcp.sequence + length) >>> 0,
      window: 0,
    },
  );
}

/** One host: not the unspecified address, no group, no IPv4 address in disguise (::ffff:0:0/96). */
function isHost6(address: bigint): boolean {
  return address !== 0n && !isMulticast(6, address) && address >> 32n !== 0xffffn;
}
