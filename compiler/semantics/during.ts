/** `during 22:00-06:00 mon-fri +01:00` */
import type { DuringTest } from '../model/condition.ts';

const MINUTES_A_DAY = 24 * 60;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 4;

/** Whether a time, in milliseconds since 1970, is in the window. One that wraps over midnight belongs to the day it begins on. */
export function isDuring(test: DuringTest, now: number): boolean {
  const minutes = Math.floor(now / 60_000) + test.offsetMinutes;
  const day = Math.floor(minutes / MINUTES_A_DAY);
  const minute = minutes - day * MINUTES_A_DAY;
  const { fromMinute, toMinute } = test;
  if (fromMinute < toMinute) return fromMinute <= minute && minute < toMinute && isNamed(test, day);
  if (minute >= fromMinute) return isNamed(test, day);
  return minute < toMinute && isNamed(test, day - 1);
}

function isNamed(test: DuringTest, day: number): boolean {
  return test.days.includes((((day + FIRST_WEEKDAY) % 7) + 7) % 7);
}
