/** From bytes to a packet. */
import { byteAt } from './bytes.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import type { Packet } from './packet.ts';

/** Reads bytes from an IP header on; the family is told by the link (`family`), or else by the version field. */
export function decodePacket(bytes: Uint8Array, family?: 4 | 6): Packet {
  const version = family ?? ((byteAt(bytes, 0) ?? 0) >> 4 === 6 ? 6 : 4);
  return version === 4 ? decodeIpv4(bytes) : decodeIpv6(bytes);
}

const AUTHENTICATION = 51;

/** As connection tracking, translation and errors see an IPv6 packet: they look on behind an authentication header. */
export function behindAuthentication(packet: Packet): Packet {
  const isBefore = packet.family === 6 && packet.protocol === AUTHENTICATION;
  return isBefore ? decodeIpv6(packet.bytes, true) : packet;
}
