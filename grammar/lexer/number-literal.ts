/** Literals that begin with a number and are no address: integers, ranges, rates, sizes, durations, dates, times. */
import type { DateLiteral, IntegerLiteral, RangeLiteral } from '../ast/index.ts';
import { didYouMean } from '../did-you-mean.ts';
import { PROBLEMS } from '../problems.ts';
import {
  DateToken,
  DurationToken,
  IntegerToken,
  PercentToken,
  RangeToken,
  RateToken,
  SizeToken,
  TimeRangeToken,
  TimeToken,
  UtcOffsetToken,
} from '../tokens.ts';
import { isDigit, isHexDigit, isLetter, isWordPart, skipDigits, skipWord } from './characters.ts';
import { spanOf, type Lexed, type LexerContext } from './context.ts';
import { PERIODS, UNITS } from './units.ts';

/** More digits than any field has; it bounds the work for one literal. */
const MOST_DIGITS = 40;
/** A payload of 128 bytes. */
const MOST_HEX_DIGITS = 256;

const HYPHEN = 0x2d;
const SLASH = 0x2f;
const PERCENT = 0x25;
const COLON = 0x3a;
const ZERO = 0x30;

/** `0x1f`, and ranges that begin so. */
export function lexHexadecimal(context: LexerContext, start: number): Lexed {
  const { text } = context.source;
  const end = skipWord(text, start);
  const low = readInteger(context, start, end);
  if (low === undefined) return malformed(context, start, end, 'hexadecimal is written `0x1f`');
  return lexIntegerRange(context, start, low);
}

/** Digits alone, `start … end`, with what hangs on them: a unit, `/second`, `-65535`, `%`, the rest of a date. */
export function lexDecimal(context: LexerContext, start: number, end: number): Lexed {
  const { text } = context.source;
  const next = text.charCodeAt(end);
  if (next === HYPHEN && end - start === 4 && isDateTail(text, end)) return lexDate(context, start);
  if (isLetter(next)) return lexQuantity(context, start, end, end);
  if (next === PERCENT) return lexPercent(context, start, end);
  if (next === SLASH && isLetter(text.charCodeAt(end + 1))) {
    const perPeriod = lexPerPeriod(context, start, end);
    if (perPeriod) return perPeriod;
  }
  const low = readInteger(context, start, end);
  if (low === undefined) return malformed(context, start, end, integerAdvice(text, start, end));
  return lexIntegerRange(context, start, low);
}

/** `1.5` with a unit; `start … dot … end`. */
export function lexFraction(context: LexerContext, start: number, dot: number, end: number): Lexed {
  const { text } = context.source;
  const next = text.charCodeAt(end);
  if (next === PERCENT) return lexPercent(context, start, end);
  if (isLetter(next)) return lexQuantity(context, start, dot, end);
  const tail = next === SLASH ? skipWord(text, end + 1) : end;
  return malformed(context, start, tail, 'a fraction needs a unit, as `1.5mbit`; an IPv4 address has four numbers');
}

function readInteger(context: LexerContext, start: number, end: number): IntegerLiteral | undefined {
  const { text } = context.source;
  const span = spanOf(context, start, end);
  if (text.charCodeAt(start) === ZERO && (text.charCodeAt(start + 1) | 0x20) === 0x78 && end > start + 1) {
    const hexDigits = end - start - 2;
    if (hexDigits === 0 || hexDigits > MOST_HEX_DIGITS) return undefined;
    for (let at = start + 2; at < end; at++) if (!isHexDigit(text.charCodeAt(at))) return undefined;
    return { kind: 'integer', value: BigInt(`0x${text.slice(start + 2, end)}`), hexDigits, span };
  }
  const digits = end - start;
  if (digits === 0 || digits > MOST_DIGITS || (digits > 1 && text.charCodeAt(start) === ZERO)) return undefined;
  const value = digits <= 15 ? BigInt(Number(text.slice(start, end))) : BigInt(text.slice(start, end));
  return { kind: 'integer', value, span };
}

function integerAdvice(text: string, start: number, end: number): string {
  return text.charCodeAt(start) === ZERO && end - start <= MOST_DIGITS
    ? 'a decimal number has no leading zeros'
    : 'no number of the language has that many digits';
}

/** `1024-65535`, where the lower end is read; or just that. */
function lexIntegerRange(context: LexerContext, start: number, low: IntegerLiteral): Lexed {
  const { text } = context.source;
  const lowEnd = low.span.end;
  if (text.charCodeAt(lowEnd) !== HYPHEN || !isDigit(text.charCodeAt(lowEnd + 1))) {
    return { end: lowEnd, type: IntegerToken, payload: low };
  }
  const end = skipWord(text, lowEnd + 1);
  const high = isDecimalOrHex(text, lowEnd + 1, end) ? readInteger(context, lowEnd + 1, end) : undefined;
  if (high === undefined || text.charCodeAt(end) === 0x2e) {
    return malformed(context, start, end, 'a range is two numbers with a hyphen between them, as `1024-65535`');
  }
  const payload: RangeLiteral = { kind: 'range', low, high, span: spanOf(context, start, end) };
  return { end, type: RangeToken, payload };
}

function isDecimalOrHex(text: string, start: number, end: number): boolean {
  return skipDigits(text, start) === end || (text.charCodeAt(start) === ZERO && end > start + 2);
}

/** Digits, perhaps a dot and more digits, as a whole number over a power of ten. */
function readScaled(
  text: string,
  start: number,
  dot: number,
  end: number,
): { mantissa: bigint; scale: bigint } | undefined {
  if (end - start > MOST_DIGITS) return undefined;
  if (dot === end) return { mantissa: BigInt(text.slice(start, end)), scale: 1n };
  return { mantissa: BigInt(text.slice(start, dot) + text.slice(dot + 1, end)), scale: 10n ** BigInt(end - dot - 1) };
}

/** A number with a unit right behind it. `dot` is `end` for whole numbers. */
function lexQuantity(context: LexerContext, start: number, dot: number, end: number): Lexed {
  const { text } = context.source;
  const unitEnd = skipWord(text, end);
  const name = text.slice(end, Math.min(unitEnd, end + 20));
  const unit = UNITS.get(name);
  if (unit === undefined) {
    const hint = didYouMean(name, UNITS.keys()) ?? 'units are, for example, `mbit`, `kpps`, `KiB`, `ms`, `h`';
    context.report(PROBLEMS.unknownUnit, end, unitEnd, `\`${name}\` is no unit`, hint);
    return placeholder(context, start, unitEnd);
  }
  const scaled = readScaled(text, start, dot, end);
  if (scaled === undefined) return malformed(context, start, unitEnd, 'no number of the language has that many digits');
  const product = scaled.mantissa * unit.factor;
  const amount = product / scaled.scale;
  if (amount * scaled.scale !== product) {
    return malformed(context, start, unitEnd, 'the fraction is not exact in this unit');
  }
  if (unit.of === 'size') {
    return {
      end: unitEnd,
      type: SizeToken,
      payload: { kind: 'size', bytes: amount, span: spanOf(context, start, unitEnd) },
    };
  }
  if (unit.of === 'duration') {
    if (amount > BigInt(Number.MAX_SAFE_INTEGER)) return malformed(context, start, unitEnd, 'the duration is too long');
    const payload = { kind: 'duration', milliseconds: Number(amount), span: spanOf(context, start, unitEnd) };
    return { end: unitEnd, type: DurationToken, payload };
  }
  return lexRateTail(context, start, unitEnd, unit.of, amount, unit.needsPeriod);
}

/** Behind `10mbyte` comes `/second`; behind `5mbit` it may. */
function lexRateTail(
  context: LexerContext,
  start: number,
  unitEnd: number,
  of: 'events' | 'bits' | 'bytes',
  amount: bigint,
  needsPeriod: boolean,
): Lexed {
  const { text } = context.source;
  let end = unitEnd;
  let perSeconds = 1;
  if (text.charCodeAt(unitEnd) === SLASH && isLetter(text.charCodeAt(unitEnd + 1))) {
    end = skipWord(text, unitEnd + 1);
    perSeconds = readPeriod(context, unitEnd + 1, end);
  } else if (needsPeriod) {
    return malformed(context, start, end, `a rate of bytes says in which time: \`${text.slice(start, end)}/second\``);
  }
  const payload = { kind: 'rate', of, amount, perSeconds, span: spanOf(context, start, end) };
  return { end, type: RateToken, payload };
}

/** Seconds in the period named in `start … end`; 1, with a finding, if it is none. */
function readPeriod(context: LexerContext, start: number, end: number): number {
  const name = context.source.text.slice(start, Math.min(end, start + 20));
  const seconds = PERIODS.get(name);
  if (seconds !== undefined) return seconds;
  const hint = didYouMean(name, PERIODS.keys()) ?? 'the periods are `second`, `minute`, `hour` and `day`';
  context.report(PROBLEMS.unknownUnit, start, end, `\`${name}\` is no period of a rate`, hint);
  return 1;
}

/** `100/second`; undefined if the word behind the slash is not even close to a period (`47/f.port`). */
function lexPerPeriod(context: LexerContext, start: number, slash: number): Lexed | undefined {
  const { text } = context.source;
  const end = skipWord(text, slash + 1);
  const name = text.slice(slash + 1, Math.min(end, slash + 20));
  const known = PERIODS.has(name);
  if (!known && (text.charCodeAt(end) === 0x2e || didYouMean(name, PERIODS.keys()) === undefined)) return undefined;
  const number = readInteger(context, start, slash);
  if (number === undefined) return malformed(context, start, end, integerAdvice(text, start, slash));
  const perSeconds = readPeriod(context, slash + 1, end);
  const payload = { kind: 'rate', of: 'events', amount: number.value, perSeconds, span: spanOf(context, start, end) };
  return { end, type: RateToken, payload };
}

function lexPercent(context: LexerContext, start: number, sign: number): Lexed {
  const end = sign + 1;
  const written = context.source.text.slice(start, sign);
  if (written.length > 15 || /^0\d/.test(written) || isWordPart(context.source.text.charCodeAt(end))) {
    return malformed(context, start, skipWord(context.source.text, end), 'a percentage is written `50%` or `2.5%`');
  }
  const payload = { kind: 'percent', value: Number(written), span: spanOf(context, start, end) };
  return { end, type: PercentToken, payload };
}

function isDateTail(text: string, hyphen: number): boolean {
  return (
    isDigit(text.charCodeAt(hyphen + 1)) &&
    isDigit(text.charCodeAt(hyphen + 2)) &&
    text.charCodeAt(hyphen + 3) === HYPHEN &&
    isDigit(text.charCodeAt(hyphen + 4))
  );
}

function lexDate(context: LexerContext, start: number): Lexed {
  const { text } = context.source;
  const end = skipWord(text, start + 8);
  const year = Number(text.slice(start, start + 4));
  const month = Number(text.slice(start + 5, start + 7));
  const day = end === start + 10 ? Number(text.slice(start + 8, end)) : Number.NaN;
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists) {
    const written = text.slice(start, Math.min(end, start + 30));
    context.report(
      PROBLEMS.malformedTime,
      start,
      end,
      `\`${written}\` is no day of the calendar`,
      'a date is written year-month-day, as `2026-12-31`',
    );
  }
  const payload: DateLiteral = exists
    ? { kind: 'date', year, month, day, span: spanOf(context, start, end) }
    : { kind: 'date', year: 1970, month: 1, day: 1, span: spanOf(context, start, end) };
  return { end, type: DateToken, payload };
}

/** Whether `12:34` stands at `start`, and no more digits or colons. */
export function isTime(text: string, start: number, end: number): boolean {
  const colon = skipDigits(text, start);
  return (
    colon - start <= 2 &&
    colon > start &&
    text.charCodeAt(colon) === COLON &&
    end - colon === 3 &&
    skipDigits(text, colon + 1) === end
  );
}

/** `14:30` in `start … end`, or `08:00-18:00` beginning there. */
export function lexTime(context: LexerContext, start: number, end: number): Lexed {
  const { text } = context.source;
  const from = readTime(context, start, end, 24 * 60);
  if (text.charCodeAt(end) !== HYPHEN || !isDigit(text.charCodeAt(end + 1))) {
    return { end, type: TimeToken, payload: from };
  }
  let last = end + 1;
  while (isDigit(text.charCodeAt(last)) || text.charCodeAt(last) === COLON) last++;
  if (!isTime(text, end + 1, last)) {
    const written = text.slice(start, Math.min(last, start + 30));
    context.report(PROBLEMS.malformedTime, start, last, `\`${written}\` is no time range`, 'write `08:00-18:00`');
    return { end: last, type: TimeRangeToken, payload: [0, 1] };
  }
  return { end: last, type: TimeRangeToken, payload: [from, readTime(context, end + 1, last, 24 * 60)] };
}

/** `+01:00` at `start`, where a sign stands; undefined if it is no offset. */
export function lexUtcOffset(context: LexerContext, start: number): Lexed | undefined {
  const { text } = context.source;
  if (!isDigit(text.charCodeAt(start + 1)) || !isTime(text, start + 1, start + 6)) return undefined;
  const end = start + 6;
  if (isDigit(text.charCodeAt(end)) || text.charCodeAt(end) === COLON) return undefined;
  const minutes = readTime(context, start + 1, end, 14 * 60);
  return { end, type: UtcOffsetToken, payload: text.charCodeAt(start) === HYPHEN ? -minutes : minutes };
}

function readTime(context: LexerContext, start: number, end: number, latest: number): number {
  const { text } = context.source;
  const written = text.slice(start, end);
  const hour = Number(written.slice(0, -3));
  const minute = Number(written.slice(-2));
  if (minute < 60 && hour * 60 + minute <= latest) return hour * 60 + minute;
  const hint = `hours go to ${latest / 60}, minutes to 59, as \`${latest === 1440 ? '08:30' : '+05:30'}\``;
  context.report(PROBLEMS.malformedTime, start, end, `\`${written}\` is no time`, hint);
  return 0;
}

function malformed(context: LexerContext, start: number, end: number, hint: string): Lexed {
  const { text } = context.source;
  const written = end - start > 60 ? `${text.slice(start, start + 60)}…` : text.slice(start, end);
  context.report(PROBLEMS.malformedNumber, start, end, `\`${written}\` is no number that can stand here`, hint);
  return placeholder(context, start, end);
}

/** Stands for what could not be read, so that the parser goes on; the finding keeps it from being used. */
function placeholder(context: LexerContext, start: number, end: number): Lexed {
  return { end, type: IntegerToken, payload: { kind: 'integer', value: 0n, span: spanOf(context, start, end) } };
}
