import { expect, test } from 'vitest';
import { formatDate, parseDate, todayOf } from '../../../cli/inputs/today.ts';

test('a date is read and written the same way', () => {
  const dates = ['1970-01-01', '2024-02-29', '2026-12-31', '9999-12-31'];
  expect(dates.map((text) => formatDate(parseDate(text)))).toEqual(dates);
});

test.each(['2025-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '26-01-01', '0099-01-01', '', ' 2026-01-01'])(
  '%j is no date',
  (text) => {
    expect(() => parseDate(text)).toThrow('YYYY-MM-DD');
  },
);

test('today is what the option says, else the day of SOURCE_DATE_EPOCH in UTC, else unknown', () => {
  const environment = { SOURCE_DATE_EPOCH: '1800000000' };
  expect(todayOf({ year: 2020, month: 1, day: 2 }, environment)).toEqual({ year: 2020, month: 1, day: 2 });
  expect(todayOf(undefined, environment)).toEqual({ year: 2027, month: 1, day: 15 });
  expect(todayOf(undefined, { SOURCE_DATE_EPOCH: '1800057599' })).toEqual({ year: 2027, month: 1, day: 15 });
  expect(todayOf(undefined, { SOURCE_DATE_EPOCH: '1800057600' })).toEqual({ year: 2027, month: 1, day: 16 });
  expect(todayOf(undefined, { SOURCE_DATE_EPOCH: '' })).toBeUndefined();
  expect(todayOf(undefined, {})).toBeUndefined();
});
