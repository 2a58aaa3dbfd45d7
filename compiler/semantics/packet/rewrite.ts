/** Changed copies of packets, every checksum kept in step. */
import { byteAt, uint16At, writeBigint, writeUint16 } from './bytes.ts';
import { replaceCovered, updatedChecksum } from './checksum.ts';
import { decodePacket } from './decode.ts';
import { IPV4_CHECKSUM_AT, IPV4_DESTINATION_AT, IPV4_SOURCE_AT } from './ipv4.ts';
import { IPV6_DESTINATION_AT, IPV6_SOURCE_AT } from './ipv6.ts';
import { addressLength, TCP, UDP, UDP_LITE, type Packet } from './packet.ts';
import { MAXIMUM_SEGMENT_SIZE, tcpOptions } from './tcp-options.ts';
import { checksumOffset } from './transport.ts';

/** Changes to the addresses and to what tells a protocol's conversations apart; what is left out stays. */
export interface Translated {
  readonly source?: bigint;
  readonly destination?: bigint;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Of ICMP queries and replies. */
  readonly identifier?: number;
}

export function translate(packet: Packet, changes: Translated): Packet {
  const bytes = packet.bytes.slice();
  if (changes.source !== undefined) replaceAddress(packet, bytes, 'source', changes.source);
  if (changes.destination !== undefined) replaceAddress(packet, bytes, 'destination', changes.destination);
  const at = packet.transportAt;
  if (at !== undefined) {
    if (changes.sourcePort !== undefined && packet.sourcePort !== undefined) {
      replaceWord(packet, bytes, at, changes.sourcePort);
    }
    if (changes.destinationPort !== undefined && packet.destinationPort !== undefined) {
      replaceWord(packet, bytes, at + 2, changes.destinationPort);
    }
    if (changes.identifier !== undefined && packet.icmp !== undefined) {
      replaceWord(packet, bytes, at + 4, changes.identifier);
    }
    keepUdpChecksum(packet, bytes, at);
  }
  return decodePacket(bytes, packet.family);
}

function replaceAddress(packet: Packet, bytes: Uint8Array, side: 'source' | 'destination', address: bigint): void {
  const length = addressLength(packet.family);
  const replacement = new Uint8Array(length);
  writeBigint(replacement, 0, length, address);
  const offsets = packet.family === 4 ? [IPV4_SOURCE_AT, IPV4_DESTINATION_AT] : [IPV6_SOURCE_AT, IPV6_DESTINATION_AT];
  const at = (side === 'source' ? offsets[0] : offsets[1]) ?? 0;
  const transportChecksum = transportChecksumAt(packet);
  if (transportChecksum !== undefined) {
    const before = bytes.slice(at, at + length);
    let checksum = uint16At(bytes, transportChecksum) ?? 0;
    for (let k = 0; k < length; k += 2) {
      checksum = updatedChecksum(checksum, uint16At(before, k) ?? 0, uint16At(replacement, k) ?? 0);
    }
    writeUint16(bytes, transportChecksum, checksum);
  }
  replaceCovered(bytes, at, replacement, packet.family === 4 ? IPV4_CHECKSUM_AT : undefined);
}

/** Where the checksum is that covers the pseudo header; undefined where there is none, as in UDP over IPv4 with zero. */
function transportChecksumAt(packet: Packet): number | undefined {
  if (packet.transportAt === undefined || packet.protocol === undefined) return undefined;
  const offset = checksumOffset(packet.protocol);
  if (offset === undefined) return undefined;
  // In what an ICMP error carries, TCP's header may be cut off before its end: then the checksum is left alone.
  if (packet.protocol === TCP && packet.tcp === undefined) return undefined;
  const at = packet.transportAt + offset;
  const checksum = uint16At(packet.bytes, at);
  if (checksum === undefined) return undefined;
  return checksum === 0 && packet.protocol === UDP ? undefined : at;
}

/** The checksum over the transport header alone (ICMP) or with the pseudo header (the rest). */
function coveringChecksumAt(packet: Packet): number | undefined {
  if (packet.icmp !== undefined) return packet.transportAt === undefined ? undefined : packet.transportAt + 2;
  return transportChecksumAt(packet);
}

function replaceWord(packet: Packet, bytes: Uint8Array, at: number, value: number): void {
  const replacement = new Uint8Array(2);
  writeUint16(replacement, 0, value);
  replaceCovered(bytes, at, replacement, coveringChecksumAt(packet));
}

/** A computed UDP checksum of zero is sent as its other form (RFC 768), for zero says that there is none. */
function keepUdpChecksum(packet: Packet, bytes: Uint8Array, at: number): void {
  if (packet.protocol !== UDP && packet.protocol !== UDP_LITE) return;
  if ((uint16At(packet.bytes, at + 6) ?? 0) !== 0 && uint16At(bytes, at + 6) === 0) writeUint16(bytes, at + 6, 0xffff);
}

/** One hop less. */
export function decrementTtl(packet: Packet): Packet {
  const bytes = packet.bytes.slice();
  if (packet.family === 6) {
    bytes[7] = (byteAt(bytes, 7) ?? 0) - 1;
  } else {
    // Time to live is the upper half of its 16-bit word, which it shares with the protocol.
    const word = uint16At(bytes, 8) ?? 0;
    const replacement = new Uint8Array(2);
    writeUint16(replacement, 0, word - 0x100);
    replaceCovered(bytes, 8, replacement, IPV4_CHECKSUM_AT);
  }
  return decodePacket(bytes, packet.family);
}

/** Another DSCP; the two bits of explicit congestion notification (RFC 3168) stay. */
export function withDscp(packet: Packet, dscp: number): Packet {
  const bytes = packet.bytes.slice();
  const word = uint16At(bytes, 0) ?? 0;
  const replacement = new Uint8Array(2);
  if (packet.family === 4) {
    writeUint16(replacement, 0, (word & 0xff03) | (dscp << 2));
    replaceCovered(bytes, 0, replacement, IPV4_CHECKSUM_AT);
  } else {
    writeUint16(bytes, 0, (word & 0xf03f) | (dscp << 6));
  }
  return decodePacket(bytes, packet.family);
}

/** Lowers TCP's maximum segment size option (RFC 9293, section 3.7.1) to `size`; never raises it, never adds it. */
export function withSegmentSizeAtMost(packet: Packet, size: number): Packet {
  const option = segmentSizeOptionAt(packet);
  if (option === undefined || packet.transportAt === undefined) return packet;
  const current = uint16At(packet.bytes, option + 2);
  if (current === undefined || current <= size) return packet;
  const bytes = packet.bytes.slice();
  writeUint16(bytes, option + 2, size);
  const checksumAt = packet.transportAt + 16;
  const checksum = uint16At(bytes, checksumAt) ?? 0;
  // The option may start at an odd place: then its two bytes are halves of two different words of the sum.
  const odd = (option + 2 - packet.transportAt) % 2 === 1;
  writeUint16(
    bytes,
    checksumAt,
    updatedChecksum(checksum, odd ? swapped(current) : current, odd ? swapped(size) : size),
  );
  return decodePacket(bytes, packet.family);
}

function swapped(word: number): number {
  return ((word & 0xff) << 8) | (word >> 8);
}

/** The maximum segment size that a TCP packet announces. */
export function segmentSizeOf(packet: Packet): number | undefined {
  const option = segmentSizeOptionAt(packet);
  return option === undefined ? undefined : uint16At(packet.bytes, option + 2);
}

function segmentSizeOptionAt(packet: Packet): number | undefined {
  if (packet.protocol !== TCP || packet.payloadAt === undefined) return undefined;
  for (const { kind, at, length } of tcpOptions(packet)) {
    if (kind === MAXIMUM_SEGMENT_SIZE && length === 4) return at;
  }
  return undefined;
}
