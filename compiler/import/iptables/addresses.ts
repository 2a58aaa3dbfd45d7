/** Addresses as dumps have them, as items of a set. */
import type { Family } from './dump/dump.ts';

const BITS = { 4: 32, 6: 128 } as const;

/** An address, prefix or address under a mask; `any` for all addresses; undefined where it is none of the family. */
export function addressItem(text: string, family: Family): string | undefined {
  const [address = '', mask] = text.split('/');
  const value = parseAddress(address, family);
  if (value === undefined) return undefined;
  const bits = BITS[family];
  const full = (1n << BigInt(bits)) - 1n;
  const maskValue = mask === undefined ? full : parseMask(mask, family);
  if (maskValue === undefined) return undefined;
  if (maskValue === 0n) return 'any';
  const network = value & maskValue;
  const length = prefixLength(maskValue, bits);
  if (length === undefined) return `${formatAddress(network, family)}/${formatAddress(maskValue, family)}`;
  return length === bits ? formatAddress(network, family) : `${formatAddress(network, family)}/${length}`;
}

/** `A-B`; undefined where it is none. */
export function rangeItem(text: string, family: Family): string | undefined {
  const [low = '', high = low] = text.split('-');
  const [first, last] = [parseAddress(low, family), parseAddress(high, family)];
  if (first === undefined || last === undefined || first > last) return undefined;
  return first === last
    ? formatAddress(first, family)
    : `${formatAddress(first, family)}-${formatAddress(last, family)}`;
}

function parseMask(text: string, family: Family): bigint | undefined {
  if (!/^\d+$/.test(text)) return parseAddress(text, family);
  const [bits, length] = [BITS[family], Number(text)];
  return length > bits ? undefined : ((1n << BigInt(length)) - 1n) << BigInt(bits - length);
}

function prefixLength(mask: bigint, bits: number): number | undefined {
  const digits = mask.toString(2).padStart(bits, '0');
  return /^1*0*$/.test(digits) ? digits.lastIndexOf('1') + 1 : undefined;
}

export function parseAddress(text: string, family: Family): bigint | undefined {
  return family === 4 ? parseIpv4(text) : parseIpv6(text);
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = embedded && parseIpv4(embedded[2]!);
  if (embedded && tail === undefined) return undefined;
  const plain = embedded ? `${embedded[1]}${(tail! >> 16n).toString(16)}:${(tail! & 0xffffn).toString(16)}` : text;
  const [head = '', rest, more] = plain.split('::');
  if (more !== undefined) return undefined;
  const groupsOf = (part: string | undefined): string[] => (part === undefined || part === '' ? [] : part.split(':'));
  const [first, last] = [groupsOf(head), groupsOf(rest)];
  const missing = 8 - first.length - last.length;
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...first, ...Array.from({ length: missing }, () => '0'), ...last];
  if (!groups.every((group) => /^[\da-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((value, group) => value * 65536n + BigInt(`0x${group}`), 0n);
}

/** RFC 5952 for IPv6. */
export function formatAddress(value: bigint, family: Family): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => Number((value >> BigInt(112 - 16 * at)) & 0xffffn));
  const zeros = longestZeros(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (zeros.length < 2) return hex(groups);
  return `${hex(groups.slice(0, zeros.start))}::${hex(groups.slice(zeros.start + zeros.length))}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
