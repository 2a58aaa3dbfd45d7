/** Constants as nft writes them, read from bytes into a column: a value, a prefix or a range. */
import {
  parseIpv4Bytes,
  parseIpv4PrefixBytes,
  parseIpv6Bytes,
  parseIpv6PrefixBytes,
  parseMacBytes,
} from '../../../compiler/net/address-bytes.ts';
import { ByteInterner } from '../../../compiler/1-load/tables/byte-interner.ts';
import { compareWords, lowOnes, strideOf, writeValue } from '../../../compiler/net/words.ts';
import { NameColumn, NumberColumn } from './columns.ts';
import { Misread } from './misread.ts';
import * as words from './words.ts';

/** How a value is written. */
export type Notation =
  | 'number'
  /** Two hexadecimal numbers of 16 bits, with a colon between: the number of a class. */
  | 'class'
  | 'ipv4'
  | 'ipv6'
  | 'mac'
  | 'name'
  | 'flags'
  | 'family'
  | 'protocol'
  | 'icmp'
  | 'icmpv6'
  | 'state'
  | 'status'
  | 'address kind';

/** What the values of one part of a key, or of data, are. */
export interface ValueType {
  readonly notation: Notation;
  /** In bits; 0 for names. */
  readonly width: number;
}

export type ValueColumn = NumberColumn | NameColumn;

export function columnFor({ width }: ValueType): ValueColumn {
  return width === 0 ? new NameColumn() : new NumberColumn(width);
}

const WORDS: { readonly [N in Notation]?: ReadonlyMap<string, number> } = {
  flags: words.TCP_FLAGS,
  family: words.FAMILIES,
  protocol: words.PROTOCOLS,
  icmp: words.ICMP_TYPES,
  icmpv6: words.ICMPV6_TYPES,
  state: words.STATES,
  status: words.STATUSES,
  'address kind': words.ADDRESS_KIND_WORDS,
};

const DASH = 0x2d;
const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
const QUOTE = 0x22;
const COLON = 0x3a;
const LOWER_A = 0x61;
const LOWER_F = 0x66;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Reads the text `bytes[start..end)` as a value, a prefix or a range into `column`. Throws a Misread for anything else. */
export function readValue(type: ValueType, bytes: Uint8Array, start: number, end: number, column: ValueColumn): void {
  if (column instanceof NameColumn) {
    column.append(readName(bytes, start, end));
    return;
  }
  switch (type.notation) {
    case 'ipv4':
      return readIpv4(bytes, start, end, column);
    case 'ipv6':
      return readIpv6(bytes, start, end, column);
    case 'mac':
      return readRange(bytes, start, end, column, readMac);
    case 'class':
      column.appendNumber(classNumber(bytes, start, end));
      return;
    default:
      return readNumber(type, bytes, start, end, column);
  }
}

/** `readValue` for text that is a string already. */
export function readValueText(type: ValueType, text: string, column: ValueColumn): void {
  const bytes = encoder.encode(text);
  readValue(type, bytes, 0, bytes.length, column);
}

/** One constant, such as a mask. */
export function constantOf(type: ValueType, text: string): bigint {
  const column = new NumberColumn(type.width);
  readValueText(type, text, column);
  const { lows } = column.finish() as { readonly lows: Uint32Array };
  if (column.hasIntervals) throw new Misread(`\`${text}\` where one value was expected`);
  return lows.reduce((value, word) => (value << 32n) | BigInt(word), 0n);
}

function classNumber(bytes: Uint8Array, start: number, end: number): number {
  const colon = placeOf(COLON, bytes, start, end);
  const parts = colon < 0 ? [] : [hexadecimal(bytes, start, colon), hexadecimal(bytes, colon + 1, end)];
  const [upper = -1, lower = -1] = parts;
  if (upper < 0 || lower < 0) throw misread(bytes, start, end, 'the number of a class');
  return upper * 0x10000 + lower;
}

/** One to four digits; −1 for anything else. */
function hexadecimal(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    const isDigit = byte >= ZERO && byte <= NINE;
    if (!isDigit && !(byte >= LOWER_A && byte <= LOWER_F)) return -1;
    value = value * 16 + (isDigit ? byte - ZERO : byte - LOWER_A + 10);
  }
  return end - start < 1 || end - start > 4 ? -1 : value;
}

function misread(bytes: Uint8Array, start: number, end: number, what: string): Misread {
  return new Misread(`\`${decoder.decode(bytes.subarray(start, end))}\` where ${what} was expected`);
}

function readName(bytes: Uint8Array, start: number, end: number): string {
  if (end - start < 3 || bytes[start] !== QUOTE || bytes[end - 1] !== QUOTE) throw misread(bytes, start, end, 'a name');
  return decoder.decode(bytes.subarray(start + 1, end - 1));
}

/** Where `byte` stands first; −1 where it does not. */
function placeOf(byte: number, bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return at;
  return -1;
}

// What is being read. Shared by all calls: none is under way while another starts.
const low = new Uint32Array(4);
const high = new Uint32Array(4);
const lengths = new Uint8Array(1);

function readIpv4(bytes: Uint8Array, start: number, end: number, column: NumberColumn): void {
  const address = parseIpv4Bytes(bytes, start, end);
  if (address >= 0) {
    column.appendNumber(address);
    return;
  }
  if (placeOf(SLASH, bytes, start, end) < 0) {
    readRange(bytes, start, end, column, readIpv4End);
    return;
  }
  if (parseIpv4PrefixBytes(bytes, start, end, low, lengths, 0) !== 'prefix') {
    throw misread(bytes, start, end, 'an IPv4 prefix');
  }
  high[0] = low[0]! | lowOnes(32 - lengths[0]!);
  column.appendWords(low, high);
}

function readIpv6(bytes: Uint8Array, start: number, end: number, column: NumberColumn): void {
  if (parseIpv6Bytes(bytes, start, end, low, 0)) {
    column.appendWords(low, low);
    return;
  }
  if (placeOf(SLASH, bytes, start, end) < 0) {
    readRange(bytes, start, end, column, (all, from, to, out) => parseIpv6Bytes(all, from, to, out, 0));
    return;
  }
  if (parseIpv6PrefixBytes(bytes, start, end, low, lengths, 0) !== 'prefix') {
    throw misread(bytes, start, end, 'an IPv6 prefix');
  }
  for (let k = 0; k < 4; k++) high[k] = low[k]! | lowOnes(128 - lengths[0]! - 32 * (3 - k));
  column.appendWords(low, high);
}

type EndReader = (bytes: Uint8Array, start: number, end: number, out: Uint32Array) => boolean;

/** `LOW-HIGH`, or one value. */
function readRange(bytes: Uint8Array, start: number, end: number, column: NumberColumn, read: EndReader): void {
  const dash = placeOf(DASH, bytes, start, end);
  const isRead = read(bytes, start, dash < 0 ? end : dash, low) && (dash < 0 || read(bytes, dash + 1, end, high));
  if (!isRead) throw misread(bytes, start, end, 'an address or a range');
  if (dash >= 0 && compareWords(low, 0, high, 0, column.stride) > 0) throw misread(bytes, start, end, 'a range');
  column.appendWords(low, dash < 0 ? low : high);
}

function readIpv4End(bytes: Uint8Array, start: number, end: number, out: Uint32Array): boolean {
  const value = parseIpv4Bytes(bytes, start, end);
  out[0] = value;
  return value >= 0;
}

function readMac(bytes: Uint8Array, start: number, end: number, out: Uint32Array): boolean {
  return parseMacBytes(bytes, start, end, out, 0);
}

/** A number, a range of numbers, or words that nft has for numbers of this notation. */
function readNumber(type: ValueType, bytes: Uint8Array, start: number, end: number, column: NumberColumn): void {
  const first = bytes[start] ?? 0;
  if (first < ZERO || first > NINE) {
    column.appendNumber(wordValue(type, bytes, start, end));
    return;
  }
  const dash = placeOf(DASH, bytes, start, end);
  if (type.width <= 32) {
    const from = plainNumber(bytes, start, dash < 0 ? end : dash);
    const to = dash < 0 ? from : plainNumber(bytes, dash + 1, end);
    if (from < 0 || to < from || to > lowOnes(type.width)) {
      throw misread(bytes, start, end, `a number of ${type.width} bits`);
    }
    if (from === to) {
      column.appendNumber(from);
      return;
    }
    low[0] = from;
    high[0] = to;
    column.appendWords(low, high);
    return;
  }
  wideNumber(type, bytes, start, dash < 0 ? end : dash, low);
  if (dash >= 0) wideNumber(type, bytes, dash + 1, end, high);
  column.appendWords(low, dash < 0 ? low : high);
}

/** −1 for what is no number of at most 32 bits. */
function plainNumber(bytes: Uint8Array, start: number, end: number): number {
  const isHex = bytes[start] === ZERO && bytes[start + 1] === 0x78;
  const from = isHex ? start + 2 : start;
  if (from >= end || end - from > 10) return -1;
  let value = 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!;
    const digit = byte >= ZERO && byte <= NINE ? byte - ZERO : isHex && byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
    if (digit < 0) return -1;
    value = value * (isHex ? 16 : 10) + digit;
  }
  return value > 0xffffffff ? -1 : value;
}

function wideNumber({ width }: ValueType, bytes: Uint8Array, start: number, end: number, out: Uint32Array): void {
  const text = decoder.decode(bytes.subarray(start, end));
  const isNumber = /^(\d+|0x[0-9a-f]+)$/.test(text);
  if (!isNumber || BigInt(text) >> BigInt(width) !== 0n || strideOf(width) !== 4) {
    throw misread(bytes, start, end, `a number of ${width} bits`);
  }
  writeValue(width, BigInt(text), out, 0);
}

/** Texts that were read before, and their values: a table has few words, and millions of places for them. */
const knownWords = new Map<Notation, { readonly texts: ByteInterner; readonly values: number[] }>();

function wordValue(type: ValueType, bytes: Uint8Array, start: number, end: number): number {
  let known = knownWords.get(type.notation);
  if (!known) knownWords.set(type.notation, (known = { texts: new ByteInterner(), values: [] }));
  const number = known.texts.find(bytes, start, end);
  if (number >= 0) return known.values[number]!;
  const value = valueOfWords(type, bytes, start, end);
  known.values[known.texts.intern(bytes, start, end)] = value;
  return value;
}

/** One word; or several flags, `syn | ack`. */
function valueOfWords({ notation }: ValueType, bytes: Uint8Array, start: number, end: number): number {
  const known = WORDS[notation];
  const parts = decoder.decode(bytes.subarray(start, end)).split(notation === 'flags' ? ' | ' : '\0');
  let value = 0;
  for (const part of parts) {
    const bits = known?.get(part);
    if (bits === undefined) throw misread(bytes, start, end, `a value of ${notation}`);
    value |= bits;
  }
  return value;
}
