/** Cutting packets that are too large for a link (RFC 791, RFC 8200 section 4.5). */
import { concatenate, writeUint16, writeUint32 } from '../packet/bytes.ts';
import { checksumOf } from '../packet/checksum.ts';
import { decodePacket } from '../packet/decode.ts';
import { DESTINATION_OPTIONS, FRAGMENT, HOP_BY_HOP, IPV6_HEADER_LENGTH, ROUTING } from '../packet/ipv6.ts';
import type { Packet } from '../packet/packet.ts';

/** The fragments that fit, in order; the packet itself where it does. `identification` is for IPv6, which has none of its own. */
export function fragmentsOf(packet: Packet, mtu: number, identification: number): Packet[] {
  if (packet.bytes.length <= mtu) return [packet];
  return packet.family === 4 ? fragments4(packet, mtu) : fragments6(packet, mtu, identification);
}

function fragments4(packet: Packet, mtu: number): Packet[] {
  const headerLength = ((packet.bytes[0] ?? 0) & 0x0f) * 4;
  const header = packet.bytes.subarray(0, headerLength);
  const data = packet.bytes.subarray(headerLength);
  // A fragment may be cut further.
  const { offset: start, more: goesOn } = packet.fragment ?? { offset: 0, more: false };
  return cut(data, mtu - headerLength).map(({ offset, part, more }) => {
    const bytes = concatenate([header, part]);
    writeUint16(bytes, 2, bytes.length);
    writeUint16(bytes, 6, (((header[6] ?? 0) & 0x40) << 8) | (more || goesOn ? 0x2000 : 0) | ((start + offset) / 8));
    writeUint16(bytes, 10, 0);
    writeUint16(bytes, 10, checksumOf(bytes, 0, headerLength));
    return decodePacket(bytes, 4);
  });
}

function fragments6(packet: Packet, mtu: number, identification: number): Packet[] {
  const at = unfragmentableEnd(packet);
  const place = nextHeaderPlace(packet, at);
  const head = packet.bytes.slice(0, at);
  const next = head[place] ?? 0;
  head[place] = FRAGMENT;
  const data = packet.bytes.subarray(at);
  return cut(data, mtu - at - 8).map(({ offset, part, more }) => {
    const header = new Uint8Array(8);
    header[0] = next;
    writeUint16(header, 2, offset | (more ? 1 : 0));
    writeUint32(header, 4, identification);
    const bytes = concatenate([head, header, part]);
    writeUint16(bytes, 4, bytes.length - IPV6_HEADER_LENGTH);
    return decodePacket(bytes, 6);
  });
}

interface Part {
  readonly offset: number;
  readonly part: Uint8Array;
  readonly more: boolean;
}

/** Parts of at most `room` bytes, all but the last of them whole eights. */
function cut(data: Uint8Array, room: number): Part[] {
  const step = Math.max(room - (room % 8), 8);
  const parts: Part[] = [];
  for (let offset = 0; offset < data.length; offset += step) {
    const more = data.length - offset > room;
    parts.push({ offset, part: data.subarray(offset, more ? offset + step : data.length), more });
    if (!more) break;
  }
  return parts;
}

/** Behind the headers that every router on the way must see. */
function unfragmentableEnd(packet: Packet): number {
  let next = packet.bytes[6] ?? FRAGMENT;
  let at = IPV6_HEADER_LENGTH;
  let end = at;
  while (next === HOP_BY_HOP || next === ROUTING || next === DESTINATION_OPTIONS) {
    const header = next;
    next = packet.bytes[at] ?? FRAGMENT;
    at += ((packet.bytes[at + 1] ?? 0) + 1) * 8;
    if (header !== DESTINATION_OPTIONS || next === ROUTING) end = at;
  }
  return end;
}

function nextHeaderPlace(packet: Packet, end: number): number {
  let place = 6;
  for (let at = IPV6_HEADER_LENGTH; at < end; at += ((packet.bytes[at + 1] ?? 0) + 1) * 8) place = at;
  return place;
}
