/** What a rule asks as bytes of IP's header, and as tc's `u32` filter writes it. */
import type { Family } from '../../compiler/4-program/program.ts';
import type { Origin } from '../../compiler/model/index.ts';
import type { AddressField } from '../../compiler/model/fields.ts';
import { formatIpv4, formatIpv6 } from '../../compiler/net/address.ts';
import type { AddressPrefix, Asked, MaskedByte } from './frame-filters.ts';

/** Bytes of a header, and which of their bits are asked. */
export interface Entry {
  readonly values: Uint8Array;
  readonly masks: Uint8Array;
  /** `match ip dst 10.0.7.0/24`. */
  readonly matches: string;
  /** The number of the class. */
  readonly number: number;
  readonly origin: Origin;
}

/** Bytes of the headers, without options and extensions. */
const HEADER = { 4: 20, 6: 40 };
/** Where they have what is asked (RFC 791, RFC 8200). */
const ADDRESS = { 4: { source: 12, destination: 16 }, 6: { source: 8, destination: 24 } };
const TTL = { 4: 8, 6: 7 };
const PROTOCOL = 9;

/** Of one clause: what it does to the bytes, and its words. */
interface Part {
  readonly bytes: readonly (readonly [at: number, value: number, mask: number])[];
  readonly words: string;
}

/** One for each of what the alternatives are together; undefined: they are more than `most`. */
export function entriesOf(
  { addresses, protocols, dscp, ttl }: Asked,
  family: Family,
  number: number,
  origin: Origin,
  most: number,
): readonly Entry[] | undefined {
  const choices = [
    ...[...addresses].map(([field, prefixes]) => prefixes.map((prefix) => addressPart(field, family, prefix))),
    ...(protocols ? [protocols.map(protocolPart)] : []),
    ...(dscp ? [dscp.map((byte) => dscpPart(byte, family))] : []),
    ...(ttl ? [ttl.map((byte) => ttlPart(byte, family))] : []),
  ];
  if (choices.reduce((total, { length }) => total * length, 1) > most) return undefined;
  return choices
    .reduce<readonly (readonly Part[])[]>(
      (made, parts) => made.flatMap((before) => parts.map((part) => [...before, part])),
      [[]],
    )
    .map((parts) => entry(parts, family, number, origin));
}

function entry(parts: readonly Part[], family: Family, number: number, origin: Origin): Entry {
  const values = new Uint8Array(HEADER[family]);
  const masks = new Uint8Array(HEADER[family]);
  for (const [at, value, mask] of parts.flatMap(({ bytes }) => bytes)) {
    values[at]! |= value;
    masks[at]! |= mask;
  }
  const words = parts.flatMap((part) => (part.words === '' ? [] : [`match ${part.words}`]));
  return { values, masks, matches: words.join(' ') || 'match u32 0 0', number, origin };
}

function addressPart(field: AddressField, family: Family, { value, length }: AddressPrefix): Part {
  const bits = family === 4 ? 32 : 128;
  const bytes = Array.from({ length: Math.ceil(length / 8) }, (_, at) => {
    const mask = (0xff << Math.max(0, 8 * (at + 1) - length)) & 0xff;
    return [ADDRESS[family][field] + at, Number((value >> BigInt(bits - 8 * (at + 1))) & 0xffn) & mask, mask] as const;
  });
  const [ip, address] = family === 4 ? ['ip', formatIpv4(Number(value))] : ['ip6', formatIpv6(value)];
  const end = field === 'source' ? 'src' : 'dst';
  return { bytes, words: length === 0 ? '' : `${ip} ${end} ${address}/${length}` };
}

function protocolPart(protocol: number): Part {
  return { bytes: [[PROTOCOL, protocol, 0xff]], words: `ip protocol ${protocol} 0xff` };
}

/** IPv6 has it across the first two bytes, behind its version. */
function dscpPart({ value, mask }: MaskedByte, family: Family): Part {
  if (mask === 0) return { bytes: [], words: '' };
  if (family === 4) return { bytes: [[1, value, mask]], words: `ip tos ${hexadecimal(value)} ${hexadecimal(mask)}` };
  const [shifted, shiftedMask] = [value << 4, mask << 4];
  return {
    bytes: [
      [0, shifted >> 8, shiftedMask >> 8],
      [1, shifted & 0xff, shiftedMask & 0xff],
    ],
    words: `u16 ${hexadecimal(shifted)} ${hexadecimal(shiftedMask)} at 0`,
  };
}

function ttlPart({ value, mask }: MaskedByte, family: Family): Part {
  if (mask === 0) return { bytes: [], words: '' };
  const at = TTL[family];
  return { bytes: [[at, value, mask]], words: `u8 ${hexadecimal(value)} ${hexadecimal(mask)} at ${at}` };
}

function hexadecimal(number: number): string {
  return `0x${number.toString(16)}`;
}
