/** Rates, sizes and durations in the units that a policy has for them. */
import { PERIODS, UNITS, type Unit } from '../../../../grammar/lexer/units.ts';

export interface RateText {
  readonly of: 'events' | 'bits' | 'bytes';
  readonly amount: number;
  readonly perSeconds: number;
}

/** Digits, a fraction and a unit; a decimal number has no leading zeros. */
const AMOUNT = /^(0|[1-9]\d*)(?:\.(\d+))?([A-Za-z]*)$/;

/** More digits than any amount needs. */
const LONGEST = 24;

interface Amount {
  readonly whole: string;
  readonly fraction: string;
  readonly unit: Unit | undefined;
}

function readAmount(text: string): Amount | undefined {
  const [, whole, fraction = '', letters = ''] = AMOUNT.exec(text) ?? [];
  const unit = UNITS.get(letters);
  if (whole === undefined || whole.length + fraction.length > LONGEST) return undefined;
  return unit || letters === '' ? { whole, fraction, unit } : undefined;
}

/** The amount times `factor`; undefined unless it is a whole number that a double holds exactly. */
function scaled({ whole, fraction }: Amount, factor: bigint): number | undefined {
  const product = BigInt(whole + fraction) * factor;
  const divisor = 10n ** BigInt(fraction.length);
  const value = product / divisor;
  return value * divisor === product && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

/** `100/second`, `40kpps`, `5mbit`, `10mbyte/second`; undefined for anything else. */
export function readRate(text: string): RateText | undefined {
  const slash = text.indexOf('/');
  const amount = readAmount(slash < 0 ? text : text.slice(0, slash));
  const perSeconds = slash < 0 ? 1 : PERIODS.get(text.slice(slash + 1));
  if (!amount || perSeconds === undefined) return undefined;
  const { unit } = amount;
  if (unit && !('needsPeriod' in unit)) return undefined;
  const needsPeriod = unit?.needsPeriod ?? true;
  if (slash < 0 && needsPeriod) return undefined;
  const value = scaled(amount, unit?.factor ?? 1n);
  return value === undefined ? undefined : { of: unit?.of ?? 'events', amount: value, perSeconds };
}

/** `64KiB`, `1500B` in bytes; undefined for anything else. */
export function readSize(text: string): number | undefined {
  return readAmountOf(text, 'size');
}

/** `12h`, `100ms` in milliseconds; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  return readAmountOf(text, 'duration');
}

function readAmountOf(text: string, of: Unit['of']): number | undefined {
  const amount = readAmount(text);
  return amount?.unit?.of === of ? scaled(amount, amount.unit.factor) : undefined;
}
