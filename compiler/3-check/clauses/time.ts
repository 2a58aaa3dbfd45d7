/** `until 2026-12-31`, `during 08:00-18:00 mon-fri +01:00` */
import type { DuringClause, UntilClause, Weekday } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { dateText } from '../../2-resolve/values/literals.ts';
import { condition, type ClauseContext, type ClauseResult } from '../context.ts';
import { BAD_WINDOW, EXPIRED, EXPIRED_ALLOW, TODAY_UNKNOWN } from '../problems.ts';
import { isClauseLegal } from './legal.ts';

const DAY_SECONDS = 86_400;
const MINUTES_OF_DAY = 1440;
/** UTC-12:00 to UTC+14:00 are in use. */
const LEAST_OFFSET = -12 * 60;
const GREATEST_OFFSET = 14 * 60;

export function checkUntil(clause: UntilClause, context: ClauseContext): ClauseResult | undefined {
  const { date } = clause;
  if (!isClauseLegal('until', clause.span, context)) return undefined;
  const { today } = context.session;
  if (!today) {
    report(context, TODAY_UNKNOWN, clause.span, 'whether this has expired depends on today, which was not given', {
      hint: 'Give it with `--date YYYY-MM-DD` or in the environment variable SOURCE_DATE_EPOCH.',
    });
    return undefined;
  }
  const ends = daysSince1970(date) + 1;
  if (daysSince1970(today) < ends) return condition({ kind: 'until', seconds: ends * DAY_SECONDS });
  const passed = `this expired at the end of ${dateText(date)}, and today is ${dateText(today)}`;
  if (context.mayExpire) {
    report(context, EXPIRED_ALLOW, clause.span, `${passed}, so the rule is left out`);
    return { kind: 'expired' };
  }
  report(context, EXPIRED, clause.span, passed, {
    hint: 'Remove the rule, or give it a later day: leaving it out in silence would let more through.',
  });
  return undefined;
}

function daysSince1970({ year, month, day }: { year: number; month: number; day: number }): number {
  return Date.UTC(year, month - 1, day) / (DAY_SECONDS * 1000);
}

const WEEKDAYS: Readonly<Record<Weekday, number>> = { sun: 0, mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6 };

export function checkDuring(clause: DuringClause, context: ClauseContext): ClauseResult | undefined {
  const { fromMinute, toMinute, offsetMinutes } = clause;
  if (!isClauseLegal('during', clause.span, context)) return undefined;
  if (fromMinute % MINUTES_OF_DAY === toMinute % MINUTES_OF_DAY && !(fromMinute === 0 && toMinute === MINUTES_OF_DAY)) {
    report(context, BAD_WINDOW, clause.span, 'the hours begin when they end');
    return undefined;
  }
  if (fromMinute > MINUTES_OF_DAY || toMinute > MINUTES_OF_DAY) {
    report(context, BAD_WINDOW, clause.span, 'a day ends at 24:00');
    return undefined;
  }
  if (offsetMinutes < LEAST_OFFSET || offsetMinutes > GREATEST_OFFSET) {
    report(context, BAD_WINDOW, clause.span, 'no place on earth is so far from UTC', {
      hint: 'Offsets run from -12:00 to +14:00.',
    });
    return undefined;
  }
  const named = [...new Set(clause.days.map((day) => WEEKDAYS[day]))].toSorted((a, b) => a - b);
  const days = named.length > 0 ? named : [0, 1, 2, 3, 4, 5, 6];
  return condition({ kind: 'during', fromMinute, toMinute, days, offsetMinutes });
}
