/** Literals of addresses: single, prefix, masked, range, for IPv4, IPv6 and MAC. */
import type { AddressLiteral, MacLiteral, MaskedAddressLiteral, PrefixLiteral, RangeLiteral } from '../ast/index.ts';
import { PROBLEMS } from '../problems.ts';
import { AddressToken, MacToken, MaskedAddressToken, PrefixToken, RangeToken } from '../tokens.ts';
import { readIPv4, readIPv6, readMac } from './address-text.ts';
import { isDigit, isHexDigit, isWordPart, skipDigits, skipWord } from './characters.ts';
import { spanOf, type Lexed, type LexerContext } from './context.ts';

/** No address is longer than this: `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`. */
const LONGEST_ADDRESS = 45;

const COLON = 0x3a;
const DOT = 0x2e;
const SLASH = 0x2f;
const HYPHEN = 0x2d;

/** Offset behind the digits and dots at `at`; two dots in a row end it. */
export function skipDotted(text: string, at: number): number {
  for (;;) {
    at = skipDigits(text, at);
    if (text.charCodeAt(at) !== DOT || !isDigit(text.charCodeAt(at + 1))) return at;
    at++;
  }
}

/** Offset behind what may be an IPv6 or MAC address: hexadecimal digits and colons, perhaps an IPv4 address behind. */
export function skipColoned(text: string, at: number): number {
  for (;;) {
    const code = text.charCodeAt(at);
    if (isHexDigit(code) || code === COLON || (code === DOT && isDigit(text.charCodeAt(at + 1)))) at++;
    else return at;
  }
}

/**
 * Whether a word of hexadecimal letters is the beginning of an address: `fe80::1`, `aa:bb:cc:dd:ee:ff`. A name in front
 * of one colon (`cafe:443`) is not.
 */
export function beginsColoned(text: string, at: number): boolean {
  let colons = 0;
  for (let here = at; here <= at + LONGEST_ADDRESS; here++) {
    const code = text.charCodeAt(here);
    if (code === COLON) {
      if (text.charCodeAt(here + 1) === COLON) return true;
      colons++;
    } else if (!isHexDigit(code)) break;
  }
  return colons >= 5;
}

/** Reads what begins with digits and dots at `start`, in four parts or more: an IPv4 address and what hangs on it. */
export function lexIPv4(context: LexerContext, start: number, end: number): Lexed {
  const value = readIPv4(context.source.text, start, end);
  if (value < 0) return malformed(context, start, end, 4);
  return lexSuffix(context, start, end, 4, BigInt(value));
}

/** Reads the IPv6 or MAC address in `start … end`, and what hangs on it. */
export function lexColoned(context: LexerContext, start: number, end: number): Lexed {
  const { text } = context.source;
  const mac = readMac(text, start, end);
  if (mac >= 0 && !isWordPart(text.charCodeAt(end))) {
    const payload: MacLiteral = { kind: 'mac', value: BigInt(mac), span: spanOf(context, start, end) };
    return { end, type: MacToken, payload };
  }
  const value = end - start > LONGEST_ADDRESS ? undefined : readIPv6(text, start, end);
  if (value === undefined) return malformed(context, start, end, 6);
  return lexSuffix(context, start, end, 6, value);
}

/** The address is read; behind it may be `/24`, `/255.0.0.255` or `-10.0.0.9`. */
function lexSuffix(context: LexerContext, start: number, end: number, family: 4 | 6, value: bigint): Lexed {
  const { text } = context.source;
  const next = text.charCodeAt(end);
  const beyond = text.charCodeAt(end + 1);
  if (next === SLASH && (isDigit(beyond) || (family === 6 && (isHexDigit(beyond) || beyond === COLON)))) {
    return lexPrefix(context, start, end, family, value);
  }
  if (next === HYPHEN && (isHexDigit(beyond) || beyond === COLON)) return lexRange(context, start, end, family, value);
  if (isWordPart(next)) return malformed(context, start, end, family);
  const payload: AddressLiteral = { kind: 'address', family, value, span: spanOf(context, start, end) };
  return { end, type: AddressToken, payload };
}

function lexPrefix(context: LexerContext, start: number, slash: number, family: 4 | 6, value: bigint): Lexed {
  const { text } = context.source;
  const digits = skipDigits(text, slash + 1);
  const maskEnd = family === 4 ? skipDotted(text, slash + 1) : skipColoned(text, slash + 1);
  if (maskEnd > digits) return lexMasked(context, start, slash, maskEnd, family, value);
  const length = digits - slash > 4 ? 999 : Number(text.slice(slash + 1, digits));
  const longest = family === 4 ? 32 : 128;
  if (isWordPart(text.charCodeAt(digits))) return malformed(context, start, digits, family);
  if (length > longest || (digits - slash > 2 && text.charCodeAt(slash + 1) === 0x30)) {
    const written = text.slice(slash, Math.min(digits, slash + 12));
    context.report(
      PROBLEMS.malformedAddress,
      slash,
      digits,
      `\`${written}\` is no prefix length of IPv${family}`,
      `a prefix length of IPv${family} is a number from 0 to ${longest}`,
    );
    return placeholder(context, start, digits, family);
  }
  const payload: PrefixLiteral = { kind: 'prefix', family, value, length, span: spanOf(context, start, digits) };
  return { end: digits, type: PrefixToken, payload };
}

function lexMasked(
  context: LexerContext,
  start: number,
  slash: number,
  end: number,
  family: 4 | 6,
  value: bigint,
): Lexed {
  const { text } = context.source;
  const mask = readAddress(text, slash + 1, end, family);
  if (mask === undefined || isWordPart(text.charCodeAt(end))) return malformed(context, start, end, family);
  const payload: MaskedAddressLiteral = {
    kind: 'masked-address',
    family,
    value,
    mask,
    span: spanOf(context, start, end),
  };
  return { end, type: MaskedAddressToken, payload };
}

function lexRange(context: LexerContext, start: number, hyphen: number, family: 4 | 6, low: bigint): Lexed {
  const { text } = context.source;
  const highStart = hyphen + 1;
  const end = family === 4 ? skipDotted(text, highStart) : skipColoned(text, highStart);
  const high = readAddress(text, highStart, end, family);
  if (high === undefined || isWordPart(text.charCodeAt(end)) || text.charCodeAt(end) === SLASH) {
    const stop = skipWord(text, skipColoned(text, highStart));
    context.report(
      PROBLEMS.malformedAddress,
      start,
      stop,
      `\`${shown(text, start, stop)}\` is no range of IPv${family} addresses`,
      `write both addresses in full: \`${family === 4 ? '10.0.0.1-10.0.0.9' : '2001:db8::1-2001:db8::9'}\``,
    );
    return placeholder(context, start, stop, family);
  }
  const payload: RangeLiteral = {
    kind: 'range',
    low: { kind: 'address', family, value: low, span: spanOf(context, start, hyphen) },
    high: { kind: 'address', family, value: high, span: spanOf(context, highStart, end) },
    span: spanOf(context, start, end),
  };
  return { end, type: RangeToken, payload };
}

function readAddress(text: string, start: number, end: number, family: 4 | 6): bigint | undefined {
  if (end - start > LONGEST_ADDRESS) return undefined;
  if (family === 6) return readIPv6(text, start, end);
  const value = readIPv4(text, start, end);
  return value < 0 ? undefined : BigInt(value);
}

function malformed(context: LexerContext, start: number, end: number, family: 4 | 6): Lexed {
  const { text } = context.source;
  const stop = skipWord(text, end);
  const written = shown(text, start, stop);
  context.report(
    PROBLEMS.malformedAddress,
    start,
    stop,
    `\`${written}\` is no IPv${family} address`,
    advice(written, family),
  );
  return placeholder(context, start, stop, family);
}

function advice(written: string, family: 4 | 6): string {
  if (family === 4) {
    if (/(^|\.)0\d/.test(written)) return 'the numbers of an IPv4 address have no leading zeros';
    return 'an IPv4 address is four numbers from 0 to 255, as `192.0.2.1`';
  }
  if (/^\d+:\d+$/.test(written)) return 'a range is written with a hyphen, as `1024-65535`; a time is at most `24:00`';
  if (/^[0-9a-f]{1,2}(:[0-9a-f]{1,2})+$/i.test(written)) {
    return 'a MAC address is six pairs of digits, as `02:00:5e:10:00:01`';
  }
  return 'an IPv6 address is eight groups of up to four hexadecimal digits, with `::` for one run of zeros';
}

/** Stands for what could not be read, so that the parser goes on; the finding keeps it from being used. */
function placeholder(context: LexerContext, start: number, end: number, family: 4 | 6): Lexed {
  const payload: AddressLiteral = { kind: 'address', family, value: 0n, span: spanOf(context, start, end) };
  return { end, type: AddressToken, payload };
}

function shown(text: string, start: number, end: number): string {
  return end - start > 60 ? `${text.slice(start, start + 60)}…` : text.slice(start, end);
}
