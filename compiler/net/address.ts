/**
 * IPv4, IPv6 and MAC addresses and prefixes as text, one at a time; address-bytes.ts is for columns. An IPv4 address is a
 * number, an IPv6 address and a MAC address are bigints.
 */
import {
  parseIpv4Bytes,
  parseIpv4PrefixBytes,
  parseIpv6Bytes,
  parseIpv6PrefixBytes,
  parseMacBytes,
} from './address-bytes.ts';
import { writeIpv6Bytes, writeMacBytes } from './address-writer.ts';
import { readBigint, writeValue } from './words.ts';

/** An address and how many of its upper bits count. */
export interface Prefix<Address extends number | bigint> {
  /** The network: all bits below the length are zero. */
  readonly address: Address;
  readonly length: number;
  /** Whether the text's address had ones below the length, so that it names a host and not the network. */
  readonly hostBitsSet: boolean;
}

// The longest text of an address, IPv6 with an embedded IPv4 address (45 characters), and `/128`.
const LONGEST = 49;

/** The characters as bytes. Texts that are too long or not ASCII give what no parser here takes. */
function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.min(text.length, LONGEST + 1));
  for (let i = 0; i < bytes.length; i++) {
    const code = text.charCodeAt(i);
    bytes[i] = code < 0x80 ? code : 0;
  }
  return bytes;
}

function textOf(bytes: Uint8Array, end: number): string {
  return String.fromCharCode(...bytes.subarray(0, end));
}

/** An IPv4 address in dotted decimal, without leading zeros; undefined for any other text. */
export function parseIpv4(text: string): number | undefined {
  const bytes = bytesOf(text);
  const address = parseIpv4Bytes(bytes, 0, bytes.length);
  return address < 0 ? undefined : address;
}

/** An IPv4 address in dotted decimal. */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/** An IPv6 address in any form of RFC 4291, section 2.2, without a zone identifier; undefined for any other text. */
export function parseIpv6(text: string): bigint | undefined {
  const bytes = bytesOf(text);
  const words = new Uint32Array(4);
  return parseIpv6Bytes(bytes, 0, bytes.length, words, 0) ? readBigint(words, 0, 4) : undefined;
}

/** An IPv6 address in the canonical form of RFC 5952; those in ::ffff:0:0/96 end in dotted decimal. */
export function formatIpv6(address: bigint): string {
  const words = new Uint32Array(4);
  writeValue(128, address, words, 0);
  return formatIpv6Words(words, 0);
}

/** Row `row` of a column of IPv6 addresses, four words each, in the canonical form of RFC 5952. */
export function formatIpv6Words(words: Uint32Array, row: number): string {
  const bytes = new Uint8Array(LONGEST);
  return textOf(bytes, writeIpv6Bytes(words, row, bytes, 0));
}

/** A MAC address, six pairs of hexadecimal digits joined by `:` or by `-`; undefined for any other text. */
export function parseMac(text: string): bigint | undefined {
  const bytes = bytesOf(text);
  const words = new Uint32Array(4);
  return parseMacBytes(bytes, 0, bytes.length, words, 0) ? readBigint(words, 0, 4) : undefined;
}

/** A MAC address as six pairs of lower-case hexadecimal digits joined by `:`. */
export function formatMac(address: bigint): string {
  const words = new Uint32Array(4);
  writeValue(48, address, words, 0);
  const bytes = new Uint8Array(17);
  return textOf(bytes, writeMacBytes(words, 0, bytes, 0));
}

/** `address/length`, or a lone address as a prefix of length 32; undefined for any other text. */
export function parseIpv4Prefix(text: string): Prefix<number> | undefined {
  const bytes = bytesOf(text);
  const addresses = new Uint32Array(1);
  const lengths = new Uint8Array(1);
  const outcome = parseIpv4PrefixBytes(bytes, 0, bytes.length, addresses, lengths, 0);
  if (outcome === 'malformed') {
    return undefined;
  }
  return { address: addresses[0]!, length: lengths[0]!, hostBitsSet: outcome === 'host bits set' };
}

/** `address/length`, or a lone address as a prefix of length 128; undefined for any other text. */
export function parseIpv6Prefix(text: string): Prefix<bigint> | undefined {
  const bytes = bytesOf(text);
  const words = new Uint32Array(4);
  const lengths = new Uint8Array(1);
  const outcome = parseIpv6PrefixBytes(bytes, 0, bytes.length, words, lengths, 0);
  if (outcome === 'malformed') {
    return undefined;
  }
  return { address: readBigint(words, 0, 4), length: lengths[0]!, hostBitsSet: outcome === 'host bits set' };
}
