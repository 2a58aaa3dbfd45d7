/**
 * Addresses written from columns to bytes, without an object or a string for each: long lists go into one buffer. `row`
 * is an index of rows as in address-bytes.ts.
 */

const DOT = 0x2e;
const COLON = 0x3a;
const ZERO = 0x30;

/** Writes an IPv4 address at `at` (at most 15 bytes) and gives the place after it. */
export function writeIpv4Bytes(address: number, out: Uint8Array, at: number): number {
  let place = at;
  for (let shift = 24; shift >= 0; shift -= 8) {
    place = writeDecimalByte((address >>> shift) & 0xff, out, place);
    if (shift > 0) {
      out[place++] = DOT;
    }
  }
  return place;
}

/** Writes a number from 0 to 255 in decimal (at most 3 bytes) and gives the place after it. */
function writeDecimalByte(value: number, out: Uint8Array, at: number): number {
  let place = at;
  if (value >= 100) {
    out[place++] = ZERO + Math.trunc(value / 100);
  }
  if (value >= 10) {
    out[place++] = ZERO + (Math.trunc(value / 10) % 10);
  }
  out[place++] = ZERO + (value % 10);
  return place;
}

function writeHexDigit(value: number, out: Uint8Array, at: number): number {
  out[at] = value < 10 ? ZERO + value : 0x57 + value;
  return at + 1;
}

/**
 * Writes row `row` of a column of IPv6 addresses at `at` (at most 39 bytes) in the canonical form of RFC 5952, section 4,
 * and gives the place after it. Addresses in ::ffff:0:0/96 end in dotted decimal (section 5); no others do.
 */
export function writeIpv6Bytes(words: Uint32Array, row: number, out: Uint8Array, at: number): number {
  const mapped = words[row * 4] === 0 && words[row * 4 + 1] === 0 && words[row * 4 + 2] === 0xffff;
  const groupCount = mapped ? 6 : 8;
  const gap = longestZeroRun(words, row);
  let place = at;
  let group = 0;
  while (group < groupCount) {
    if (group === gap.start) {
      out[place++] = COLON;
      group += gap.length;
      if (group === groupCount) {
        out[place++] = COLON;
      }
      continue;
    }
    if (group > 0) {
      out[place++] = COLON;
    }
    place = writeGroup(groupOf(words, row, group), out, place);
    group++;
  }
  if (mapped) {
    out[place++] = COLON;
    place = writeIpv4Bytes(words[row * 4 + 3]!, out, place);
  }
  return place;
}

function groupOf(words: Uint32Array, row: number, group: number): number {
  const word = words[row * 4 + (group >>> 1)]!;
  return group & 1 ? word & 0xffff : word >>> 16;
}

function writeGroup(group: number, out: Uint8Array, at: number): number {
  let place = at;
  for (let shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0; shift >= 0; shift -= 4) {
    place = writeHexDigit((group >>> shift) & 0xf, out, place);
  }
  return place;
}

/** The longest run of at least two zero groups, the first of several; a start past the end where there is none. */
function longestZeroRun(words: Uint32Array, row: number): { start: number; length: number } {
  let longest = { start: 8, length: 1 };
  let length = 0;
  for (let group = 0; group < 8; group++) {
    length = groupOf(words, row, group) === 0 ? length + 1 : 0;
    if (length > longest.length) {
      longest = { start: group - length + 1, length };
    }
  }
  return longest;
}

/** Writes row `row` of a column of 48-bit values as a MAC address (17 bytes) at `at` and gives the place after it. */
export function writeMacBytes(words: Uint32Array, row: number, out: Uint8Array, at: number): number {
  let place = at;
  for (let part = 0; part < 6; part++) {
    const word = words[row * 4 + (part < 2 ? 2 : 3)]!;
    const byte = (word >>> (part < 2 ? 8 - 8 * part : 40 - 8 * part)) & 0xff;
    if (part > 0) {
      out[place++] = COLON;
    }
    place = writeHexDigit(byte & 0xf, out, writeHexDigit(byte >>> 4, out, place));
  }
  return place;
}
