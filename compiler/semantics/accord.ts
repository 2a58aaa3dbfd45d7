/** Whether what was seen is a fate. */
import type { Fate, Leaving } from './fate.ts';
import type { Observation, SeenDelivered, SeenLeaving } from './observation.ts';
import { joined } from './kernel/reassembly.ts';
import { sameBytes, uint16At } from './packet/bytes.ts';
import { decodePacket } from './packet/decode.ts';
import { fragmentHeaderAt } from './packet/ipv6.ts';
import { ICMP, ICMPV6, TCP, type Packet } from './packet/packet.ts';
import { checksumOffset } from './packet/transport.ts';

export function accords(fate: Fate, seen: Observation): boolean {
  switch (fate.kind) {
    case 'forwarded':
      return left(fate.leaving, seen, samePacket);
    case 'rejected':
      return left(fate.answer, seen, sameAnswer);
    case 'answered by synproxy':
      // A client that proves itself is put through to the server, by a SYN that only synproxy can make.
      return fate.answer === undefined ? seen.delivered.length === 0 : left(fate.answer, seen, sameHandshake);
    case 'delivered':
      return seen.leaving.length === 0 && seen.delivered.length === 1 && gotIt(fate, seen.delivered[0]);
    case 'encapsulated':
      return seen.delivered.length === 0 && seen.leaving.length === 1;
    case 'held':
    case 'gone':
    case 'not judged':
      return seen.leaving.length === 0 && seen.delivered.length === 0;
    default:
      return fate satisfies never;
  }
}

type Same = (expected: Packet, seen: Packet) => boolean;

function left(expected: Leaving | undefined, seen: Observation, same: Same): boolean {
  if (expected === undefined) return seen.leaving.length === 0 && seen.delivered.length === 0;
  if (expected.reaches === 'this host') {
    return seen.leaving.length === 0 && allAre(expected, seen.delivered, sameOnLoopback);
  }
  if (expected.reaches === 'others' && seen.delivered.length > 0) return false;
  return seen.leaving.every(({ out }) => out === expected.out) && allAre(expected, seen.leaving, same);
}

function allAre(expected: Leaving, seen: readonly (SeenLeaving | SeenDelivered)[], same: Same): boolean {
  if (seen.some(({ mark }) => mark !== undefined && mark !== expected.mark)) return false;
  const packets = seen.map(({ bytes }) => decodePacket(bytes));
  const [wholeExpected, wholeSeen] = [joined(expected.packets), joined(packets)];
  // Where a packet is cut is the host's affair, as long as the parts make the same whole.
  if (wholeExpected !== undefined && wholeSeen !== undefined) {
    return expected.packets.length > 1
      ? same(withoutDontFragment(wholeExpected), withoutDontFragment(wholeSeen))
      : same(wholeExpected, wholeSeen);
  }
  return (
    packets.length === expected.packets.length &&
    expected.packets.every((packet, index) => {
      const one = packets[index];
      return one !== undefined && same(packet, one);
    })
  );
}

function gotIt(fate: Extract<Fate, { readonly kind: 'delivered' }>, seen: SeenDelivered | undefined): boolean {
  if (seen === undefined || (seen.mark !== undefined && seen.mark !== fate.mark)) return false;
  if (seen.socket !== undefined && seen.socket !== fate.socket) return false;
  return samePacket(fate.packet, decodePacket(seen.bytes, fate.packet.family));
}

/**
 * Byte for byte, but for the two ways to write a checksum of zero, and for what a host numbers its own packets with: those
 * that it sends with identification 0, and the fragments that it cuts.
 */
function samePacket(expected: Packet, seen: Packet): boolean {
  const [a, b] = [comparable(expected), comparable(seen)];
  if (expected.family === 4 && uint16At(expected.bytes, 4) === 0) {
    for (const bytes of [a, b]) clearIdentification(bytes);
  }
  if (expected.fragment !== undefined && expected.family === 6) for (const bytes of [a, b]) clearFragmentNumber(bytes);
  return sameBytes(a, b);
}

function clearIdentification(bytes: Uint8Array): void {
  bytes.fill(0, 4, 6);
  bytes.fill(0, 10, 12);
}

function clearFragmentNumber(bytes: Uint8Array): void {
  const at = fragmentHeaderAt(bytes);
  if (at !== undefined) bytes.fill(0, at + 4, at + 8);
}

function comparable(packet: Packet): Uint8Array {
  const bytes = packet.bytes.slice();
  const offset = packet.protocol === undefined ? undefined : checksumOffset(packet.protocol);
  if (packet.transportAt === undefined || offset === undefined) return bytes;
  const place = packet.transportAt + offset;
  if (bytes[place] === 0xff && bytes[place + 1] === 0xff) bytes.fill(0, place, place + 2);
  return bytes;
}

/** A host that cuts a packet again may or may not leave IPv4's "don't fragment" on the parts. */
function withoutDontFragment(packet: Packet): Packet {
  if (packet.family === 6) return packet;
  const bytes = packet.bytes.slice();
  bytes[6] = (bytes[6] ?? 0) & 0xbf;
  bytes.fill(0, 10, 12);
  return decodePacket(bytes, 4);
}

/** What a host makes itself: identification, flow label (RFC 6437) and header checksum are its own affair. */
function sameAnswer(expected: Packet, seen: Packet): boolean {
  const [a, b] = [comparable(expected), comparable(seen)];
  for (const bytes of [a, b]) {
    if (expected.family === 4) clearIpv4(bytes);
    else clearFlowLabel(bytes);
  }
  return sameBytes(a, b);
}

/** Nothing happens to a packet on its way through a host, so Linux leaves the checksum of its own resets open there. */
function sameOnLoopback(expected: Packet, seen: Packet): boolean {
  const [a, b] = [expected, seen].map((packet) => decodePacket(withoutOpenChecksums(packet), packet.family));
  return sameAnswer(a!, b!);
}

/** Of a TCP header. */
const TCP_CHECKSUM = 16;

/** Zeros for the checksum of a TCP packet; in an ICMP error about one, for that of the packet in it, and so for its own. */
function withoutOpenChecksums({ bytes: given, family, protocol, transportAt }: Packet): Uint8Array {
  const bytes = given.slice();
  if (transportAt === undefined) return bytes;
  if (protocol === TCP) clearWord(bytes, transportAt + TCP_CHECKSUM);
  if (protocol !== (family === 4 ? ICMP : ICMPV6)) return bytes;
  const quoted = transportAt + 8;
  // What a host sends itself has no options in front of its transport header.
  const [transport, next] = family === 4 ? [quoted + 20, bytes[quoted + 9]] : [quoted + 40, bytes[quoted + 6]];
  if (next !== TCP || bytes.length < transport + TCP_CHECKSUM + 2) return bytes;
  clearWord(bytes, transport + TCP_CHECKSUM);
  clearWord(bytes, transportAt + 2);
  return bytes;
}

function clearWord(bytes: Uint8Array, at: number): void {
  if (at + 2 <= bytes.length) bytes.fill(0, at, at + 2);
}

function clearFlowLabel(bytes: Uint8Array): void {
  bytes[1] = (bytes[1] ?? 0) & 0xf0;
  bytes.fill(0, 2, 4);
}

function clearIpv4(bytes: Uint8Array): void {
  bytes.fill(0, 4, 8);
  bytes.fill(0, 10, 12);
}

/** A SYN+ACK with a sequence number and options of its own. */
function sameHandshake(expected: Packet, seen: Packet): boolean {
  return (
    expected.source === seen.source &&
    expected.destination === seen.destination &&
    expected.sourcePort === seen.sourcePort &&
    expected.destinationPort === seen.destinationPort &&
    expected.tcpFlags === seen.tcpFlags &&
    expected.tcp?.acknowledgement === seen.tcp?.acknowledgement
  );
}
