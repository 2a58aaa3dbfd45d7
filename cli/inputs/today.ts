/** Which day a policy is compiled for: said by the user, never read from the clock. */
import { InvalidArgumentError } from 'commander';
import type { CalendarDate } from '../../compiler/inputs.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';

/** Reads the value of `--date`. */
export function parseDate(text: string): CalendarDate {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const [year, month, day] = parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : [0, 0, 0];
  const date = dateAt(Date.UTC(year, month - 1, day));
  if (!parts || date?.year !== year || date.month !== month || date.day !== day) {
    throw new InvalidArgumentError('A date is a day of the calendar as YYYY-MM-DD, such as 2026-02-28.');
  }
  return date;
}

/**
 * The day given by `--date`, else the day (UTC) of `SOURCE_DATE_EPOCH`, which holds seconds since 1970
 * (reproducible-builds.org/specs/source-date-epoch); undefined: none was given.
 */
export function todayOf(flag: CalendarDate | undefined, environment: Session['environment']): CalendarDate | undefined {
  const seconds = environment['SOURCE_DATE_EPOCH'];
  if (flag || seconds === undefined || seconds === '') return flag;
  const date = /^\d{1,12}$/.test(seconds) ? dateAt(Number(seconds) * 1000) : undefined;
  if (!date) throw new UsageError(`SOURCE_DATE_EPOCH is '${seconds}', which is no number of seconds since 1970.`);
  return date;
}

/** A date as `--date` takes it. */
export function formatDate({ year, month, day }: CalendarDate): string {
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function dateAt(milliseconds: number): CalendarDate | undefined {
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  // Years of other than four digits cannot be written as a date of a policy.
  return year >= 1000 && year <= 9999 ? { year, month: date.getUTCMonth() + 1, day: date.getUTCDate() } : undefined;
}
