/**
 * `during` as sets of weekday and second of the day, in UTC: the kernel's clock for `meta day` and `meta hour`. Numbers,
 * not clock times, since nft shifts clock times by the time zone of whoever loads the file.
 */
import type { DuringTest } from '../../../compiler/model/index.ts';
import type { Context } from './context.ts';
import type { Matches } from './matches.ts';

const SECONDS_A_DAY = 86_400;
const MINUTES_A_DAY = 1440;

/** Seconds from `low` to `high`, both included, on a UTC weekday (0 Sunday). */
interface Span {
  readonly day: number;
  readonly low: number;
  readonly high: number;
}

export function duringMatch(test: DuringTest, context: Context): Matches {
  const spans = spansOf(test);
  const first = spans.filter((span) => span.day === spans[0]!.day);
  const everyDay =
    spans.length === first.length * 7 &&
    spans.every((span) => first.some((one) => one.low === span.low && one.high === span.high));
  if (everyDay) {
    const hours = first.map((span) => `${span.low}-${span.high}`);
    return {
      matches: [
        { left: 'meta hour', operator: '==', right: hours.length === 1 ? hours[0]! : `{ ${hours.join(', ')} }` },
      ],
      invertible: true,
    };
  }
  const elements = spans.map((span) => `${span.day} . ${span.low}-${span.high}`);
  const name = context.set(
    `during ${elements.join(' ')}`,
    `during_${clock(test.fromMinute)}_${clock(test.toMinute)}`,
    (given) => ({
      kind: 'set',
      name: given,
      key: ['meta day', 'meta hour'],
      typeof: true,
      data: [],
      flags: ['interval'],
      size: undefined,
      timeout: undefined,
      counter: false,
      elements: { count: elements.length, write: (index, out) => out.write(elements[index]!) },
      description: 'weekday (0 Sunday) and seconds of the day, UTC',
    }),
  );
  return { matches: [{ left: 'meta day . meta hour', operator: '==', right: `@${name}` }], invertible: true };
}

/** The windows of a week in UTC, cut at midnight, in order, none touching another. */
function spansOf(test: DuringTest): Span[] {
  const length = (test.toMinute - test.fromMinute + MINUTES_A_DAY) % MINUTES_A_DAY || MINUTES_A_DAY;
  const covered = new Uint8Array(7 * MINUTES_A_DAY);
  const days = test.days.length === 0 ? [0, 1, 2, 3, 4, 5, 6] : test.days;
  for (const day of days) {
    const start = day * MINUTES_A_DAY + test.fromMinute - test.offsetMinutes;
    for (let minute = start; minute < start + length; minute++) covered[(minute + covered.length) % covered.length] = 1;
  }
  const spans: Span[] = [];
  for (let day = 0; day < 7; day++) {
    let from = -1;
    for (let minute = 0; minute <= MINUTES_A_DAY; minute++) {
      const inside = minute < MINUTES_A_DAY && covered[day * MINUTES_A_DAY + minute] === 1;
      if (inside && from < 0) from = minute;
      if (!inside && from >= 0) {
        spans.push({ day, low: from * 60, high: Math.min(minute * 60, SECONDS_A_DAY) - 1 });
        from = -1;
      }
    }
  }
  return spans;
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}${String(minute % 60).padStart(2, '0')}`;
}
