/** IPv4 headers (RFC 791). */
import { bigintAt, byteAt, uint16At } from './bytes.ts';
import type { Fragment, IpOptions, Packet } from './packet.ts';
import { decodeTransport } from './transport.ts';

const MORE_FRAGMENTS = 0x2000;
const DONT_FRAGMENT = 0x4000;
const OFFSET_MASK = 0x1fff;

/** Offsets in the header. */
export const IPV4_CHECKSUM_AT = 10;
export const IPV4_SOURCE_AT = 12;
export const IPV4_DESTINATION_AT = 16;

export function decodeIpv4(received: Uint8Array): Packet {
  const firstByte = byteAt(received, 0) ?? 0;
  const headerLength = (firstByte & 0x0f) * 4;
  const declared = uint16At(received, 2);
  const headerWhole = headerLength >= 20 && headerLength <= received.length;
  const wellFormed =
    headerWhole &&
    firstByte >> 4 === 4 &&
    declared !== undefined &&
    declared >= headerLength &&
    declared <= received.length;
  const bytes = wellFormed ? received.subarray(0, declared) : received;
  const fragment = decodeFragment(bytes);
  const protocol = byteAt(bytes, 9);
  const transportAt = headerWhole && (fragment?.offset ?? 0) === 0 ? headerLength : undefined;
  const tos = byteAt(bytes, 1);
  return {
    bytes,
    family: 4,
    wellFormed,
    source: bigintAt(bytes, IPV4_SOURCE_AT, 4),
    destination: bigintAt(bytes, IPV4_DESTINATION_AT, 4),
    length: declared ?? bytes.length,
    ttl: byteAt(bytes, 8),
    dscp: tos === undefined ? undefined : tos >> 2,
    dontFragment: ((uint16At(bytes, 6) ?? 0) & DONT_FRAGMENT) !== 0,
    options: headerWhole ? decodeOptions(bytes.subarray(20, headerLength)) : { types: [], wellFormed: false },
    protocol,
    fragment,
    transportAt,
    ...decodeTransport(bytes, protocol, transportAt),
  };
}

function decodeFragment(bytes: Uint8Array): Fragment | undefined {
  const word = uint16At(bytes, 6) ?? 0;
  const offset = (word & OFFSET_MASK) * 8;
  const more = (word & MORE_FRAGMENTS) !== 0;
  return offset > 0 || more ? { offset, more, identification: uint16At(bytes, 4) ?? 0 } : undefined;
}

/** Option numbers up to the end of the list; 0 ends it and 1 is one byte of padding. */
function decodeOptions(options: Uint8Array): IpOptions {
  const types: number[] = [];
  let at = 0;
  while (at < options.length) {
    const type = options[at] ?? 0;
    if (type === 0) break;
    if (type === 1) {
      at++;
      continue;
    }
    const length = options[at + 1] ?? 0;
    if (length < 2 || at + length > options.length) return { types, wellFormed: false };
    types.push(type);
    at += length;
  }
  return { types, wellFormed: true };
}
