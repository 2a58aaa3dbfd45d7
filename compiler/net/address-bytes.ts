/**
 * Addresses and prefixes read from bytes into columns, without an object or a string for each. Texts are ASCII; `start`
 * and `end` (not included) bound the text in `bytes`. `row` is an index of rows: an IPv4 address takes one word of a
 * column, an IPv6 or MAC address four (see words.ts).
 */
import { lowOnes } from './words.ts';

const DOT = 0x2e;
const COLON = 0x3a;
const DASH = 0x2d;
const SLASH = 0x2f;
const ZERO = 0x30;

/** What a text is as a prefix: a proper one; no prefix at all; one whose address has ones below its length. */
export type PrefixOutcome = 'prefix' | 'malformed' | 'host bits set';

/**
 * Reads an IPv4 address in dotted decimal. −1 for anything else, a leading zero in a part included: some read it as
 * octal (RFC 6943, section 3.1.1).
 */
export function parseIpv4Bytes(bytes: Uint8Array, start: number, end: number): number {
  let address = 0;
  let at = start;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && (at >= end || bytes[at++] !== DOT)) {
      return -1;
    }
    const first = at;
    const value = decimalAt(bytes, first, end);
    at += decimalDigits(bytes, first, end);
    if (value < 0 || value > 255) {
      return -1;
    }
    address = address * 256 + value;
  }
  return at === end ? address : -1;
}

/** How many decimal digits stand at `at`, up to four (which is too many for every number here). */
function decimalDigits(bytes: Uint8Array, at: number, end: number): number {
  let digits = 0;
  while (digits < 4 && at + digits < end && bytes[at + digits]! >= ZERO && bytes[at + digits]! <= ZERO + 9) {
    digits++;
  }
  return digits;
}

/** The decimal number of one to three digits that stands at `at`; −1 for none, for more and for a leading zero. */
function decimalAt(bytes: Uint8Array, at: number, end: number): number {
  const digits = decimalDigits(bytes, at, end);
  if (digits === 0 || digits === 4 || (digits > 1 && bytes[at] === ZERO)) {
    return -1;
  }
  let value = 0;
  for (let i = 0; i < digits; i++) {
    value = value * 10 + bytes[at + i]! - ZERO;
  }
  return value;
}

/** The value of a hexadecimal digit; −1 for any other byte. */
function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= ZERO + 9) {
    return byte - ZERO;
  }
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

// The sixteen-bit groups of the address being read. Shared by all calls: none is under way while another starts.
const groups = new Uint16Array(8);

/**
 * Reads an IPv6 address in any form of RFC 4291, section 2.2 (`::` for one or more groups, the last 32 bits in dotted
 * decimal) into row `row` of `out`. False, with `out` untouched, for anything else, zone identifiers (`%eth0`) included.
 */
export function parseIpv6Bytes(bytes: Uint8Array, start: number, end: number, out: Uint32Array, row: number): boolean {
  let count = 0;
  let gap = -1;
  let at = start;
  if (end - start >= 2 && bytes[at] === COLON && bytes[at + 1] === COLON) {
    gap = 0;
    at += 2;
  }
  while (at < end) {
    const length = readGroup(bytes, at, end, count);
    if (length === 0) {
      return false;
    }
    count += length > 4 ? 2 : 1;
    at += length;
    if (at === end) {
      break;
    }
    // A colon needs a group after it, unless it is the second of a gap.
    if (bytes[at] !== COLON || ++at === end) {
      return false;
    }
    if (bytes[at] === COLON) {
      if (gap >= 0) {
        return false;
      }
      gap = count;
      at++;
    }
  }
  if (gap < 0 ? count !== 8 : count > 7) {
    return false;
  }
  spreadGroups(count, gap < 0 ? count : gap, out, row);
  return true;
}

/**
 * Reads the group at `at`, one to four hexadecimal digits, or the dotted decimal address that ends the text as two
 * groups. Gives the length read: 0 where neither stands there, more than 4 for an IPv4 address. A ninth group finds no
 * place; it only counts.
 */
function readGroup(bytes: Uint8Array, at: number, end: number, count: number): number {
  let value = 0;
  let length = 0;
  while (length < 4 && at + length < end) {
    const digit = hexDigit(bytes[at + length]!);
    if (digit < 0) {
      break;
    }
    value = value * 16 + digit;
    length++;
  }
  if (at + length < end && bytes[at + length] === DOT) {
    const address = parseIpv4Bytes(bytes, at, end);
    if (address < 0) {
      return 0;
    }
    groups[count] = address >>> 16;
    groups[count + 1] = address & 0xffff;
    return end - at;
  }
  groups[count] = value;
  return length;
}

/** Writes the groups read, with zeros between those before `gap` and those after it, to fill eight. */
function spreadGroups(count: number, gap: number, out: Uint32Array, row: number): void {
  for (let k = 0; k < 4; k++) {
    out[row * 4 + k] = groupAt(2 * k, count, gap) * 0x10000 + groupAt(2 * k + 1, count, gap);
  }
}

function groupAt(place: number, count: number, gap: number): number {
  if (place < gap) {
    return groups[place]!;
  }
  const afterGap = place - (8 - count);
  return afterGap >= gap ? groups[afterGap]! : 0;
}

/**
 * Reads a MAC address, six pairs of hexadecimal digits joined by `:` or by `-`, into row `row` of a column of 48-bit
 * values. False, with `out` untouched, for anything else.
 */
export function parseMacBytes(bytes: Uint8Array, start: number, end: number, out: Uint32Array, row: number): boolean {
  const separator = bytes[start + 2];
  if (end - start !== 17 || (separator !== COLON && separator !== DASH)) {
    return false;
  }
  let upper = 0;
  let lower = 0;
  for (let part = 0; part < 6; part++) {
    const at = start + part * 3;
    const high = hexDigit(bytes[at]!);
    const low = hexDigit(bytes[at + 1]!);
    if (high < 0 || low < 0 || (part < 5 && bytes[at + 2] !== separator)) {
      return false;
    }
    if (part < 2) {
      upper = upper * 256 + high * 16 + low;
    } else {
      lower = lower * 256 + high * 16 + low;
    }
  }
  out.fill(0, row * 4, row * 4 + 2);
  out[row * 4 + 2] = upper;
  out[row * 4 + 3] = lower;
  return true;
}

/** Where the `/` of a prefix stands; `end` where there is none. */
function slashPlace(bytes: Uint8Array, start: number, end: number): number {
  let place = start;
  while (place < end && bytes[place] !== SLASH) {
    place++;
  }
  return place;
}

/** The length of the prefix whose `/` stands at `slash`: `longest` where there is none, −1 where it is malformed. */
function prefixLength(bytes: Uint8Array, slash: number, end: number, longest: number): number {
  if (slash === end) {
    return longest;
  }
  const length = decimalAt(bytes, slash + 1, end);
  const whole = slash + 1 + decimalDigits(bytes, slash + 1, end) === end;
  return whole && length <= longest ? length : -1;
}

/**
 * Reads `address/length` or a lone address, a prefix of full length, into row `row` of both columns. Where the address
 * has bits set below the length, the row still gets the prefix that it lies in, and the outcome says so: whoever must be
 * strict can refuse it and name the proper prefix. A malformed text leaves the row untouched.
 */
export function parseIpv4PrefixBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  addresses: Uint32Array,
  lengths: Uint8Array,
  row: number,
): PrefixOutcome {
  const slash = slashPlace(bytes, start, end);
  const address = parseIpv4Bytes(bytes, start, slash);
  const length = prefixLength(bytes, slash, end, 32);
  if (address < 0 || length < 0) {
    return 'malformed';
  }
  const network = (address & ~lowOnes(32 - length)) >>> 0;
  addresses[row] = network;
  lengths[row] = length;
  return network === address ? 'prefix' : 'host bits set';
}

/** `parseIpv4PrefixBytes` for IPv6; `words` has four words for each row. */
export function parseIpv6PrefixBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  words: Uint32Array,
  lengths: Uint8Array,
  row: number,
): PrefixOutcome {
  const slash = slashPlace(bytes, start, end);
  const length = prefixLength(bytes, slash, end, 128);
  if (length < 0 || !parseIpv6Bytes(bytes, start, slash, words, row)) {
    return 'malformed';
  }
  let hostBits = 0;
  for (let k = 0; k < 4; k++) {
    const mask = lowOnes(128 - length - 32 * (3 - k));
    hostBits |= words[row * 4 + k]! & mask;
    words[row * 4 + k]! &= ~mask;
  }
  lengths[row] = length;
  return hostBits === 0 ? 'prefix' : 'host bits set';
}
