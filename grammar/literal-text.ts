/** Literals as text: the one form that a value has when nobody wrote it. */
import type { DuringClause, Literal, RateLiteral, Weekday } from './ast/index.ts';
import { PERIODS, UNITS } from './lexer/units.ts';
import { WEEKDAYS } from './words.ts';

type PlainLiteral = Exclude<Literal, { kind: 'service' | 'icmp' | 'string' }>;

/** A literal's text; reading it gives the same literal. Rates are per second, minute, hour or day. */
export function literalText(literal: PlainLiteral): string {
  switch (literal.kind) {
    case 'address':
      return addressText(literal.family, literal.value);
    case 'prefix':
      return `${addressText(literal.family, literal.value)}/${literal.length}`;
    case 'masked-address':
      return `${addressText(literal.family, literal.value)}/${addressText(literal.family, literal.mask)}`;
    case 'range':
      return `${literalText(literal.low)}-${literalText(literal.high)}`;
    case 'integer':
      return literal.hexDigits === undefined
        ? String(literal.value)
        : `0x${literal.value.toString(16).padStart(literal.hexDigits, '0')}`;
    case 'mac':
      return macText(literal.value);
    case 'rate':
      return rateText(literal);
    case 'size':
      return withUnit('size', literal.bytes);
    case 'duration':
      return withUnit('duration', BigInt(literal.milliseconds));
    case 'percent':
      return `${literal.value}%`;
    case 'date':
      return [String(literal.year).padStart(4, '0'), twoDigits(literal.month), twoDigits(literal.day)].join('-');
  }
}

/** An address in its usual form; RFC 5952 for IPv6. */
function addressText(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn));
  const { start, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** The first of the longest runs of zeros. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

function macText(value: bigint): string {
  const digits = value.toString(16).padStart(12, '0');
  return (digits.match(/../g) ?? []).join(':');
}

function rateText({ of, amount, perSeconds }: RateLiteral): string {
  const [period = 'second'] = [...PERIODS].find(([, seconds]) => seconds === perSeconds) ?? [];
  if (of === 'events') return `${amount}/${period}`;
  const count = withUnit(of, amount);
  return of === 'bits' && perSeconds === 1 ? count : `${count}/${period}`;
}

/** A number with the greatest unit that leaves it whole; decimal units before binary ones of the same value. */
function withUnit(of: 'bits' | 'bytes' | 'size' | 'duration', amount: bigint): string {
  let best = { name: '', factor: 0n };
  for (const [name, unit] of UNITS) {
    if (unit.of !== of || unit.factor <= best.factor) continue;
    if (best.factor === 0n || (amount !== 0n && amount % unit.factor === 0n)) best = { name, factor: unit.factor };
  }
  return `${amount / best.factor}${best.name}`;
}

/** `08:00-18:00 mon-fri, sun +01:00` */
export function duringText({ fromMinute, toMinute, days, offsetMinutes }: DuringClause): string {
  const parts = [`${timeText(fromMinute)}-${timeText(toMinute)}`];
  if (days.length > 0) parts.push(daysText(days));
  if (offsetMinutes !== 0) parts.push(`${offsetMinutes < 0 ? '-' : '+'}${timeText(Math.abs(offsetMinutes))}`);
  return parts.join(' ');
}

/** Minutes of a day as `08:30`. */
export function timeText(minutes: number): string {
  return `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

/** Three days in a row, or more, are a range. */
function daysText(days: readonly Weekday[]): string {
  const parts: string[] = [];
  for (let at = 0; at < days.length;) {
    let count = 1;
    while (count < 7 && days[at + count] !== undefined && days[at + count] === dayAfter(days[at + count - 1])) count++;
    if (count < 3) count = 1;
    parts.push(count === 1 ? `${days[at]}` : `${days[at]}-${days[at + count - 1]}`);
    at += count;
  }
  return parts.join(', ');
}

function dayAfter(day: Weekday | undefined): Weekday | undefined {
  return day === undefined ? undefined : WEEKDAYS[(WEEKDAYS.indexOf(day) + 1) % 7];
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

const ESCAPED: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text in quotes. What nobody would see is written by its number. */
export function quoted(text: string): string {
  const escape = (character: string) => ESCAPED[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  return `"${text.replace(/["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escape)}"`;
}
