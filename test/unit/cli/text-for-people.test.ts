import { expect, test } from 'vitest';
import { formatBytes, formatCount } from '../../../cli/terminal/numbers.ts';
import { Phases } from '../../../cli/terminal/phases.ts';
import { tableLines } from '../../../cli/terminal/table.ts';

test('counts have a comma after each three digits', () => {
  expect([0, 7, 999, 1000, 212_000, 1_600_000].map(formatCount)).toEqual([
    '0',
    '7',
    '999',
    '1,000',
    '212,000',
    '1,600,000',
  ]);
});

test('bytes have the unit that keeps them short', () => {
  expect([0, 1023, 1024, 1536, 64 << 20, 5 * 2 ** 30, 5000 * 2 ** 30].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 KiB',
    '64.0 MiB',
    '5.0 GiB',
    '5000.0 GiB',
  ]);
});

test('a table is as wide as its cells, without spaces at the ends of lines', () => {
  const rows = [
    ['a', '10', ''],
    ['long name', '2', 'x'],
  ];
  expect(tableLines(rows, ['left', 'right', 'left'], '> ')).toEqual(['> a          10', '> long name   2  x']);
});

test('phases are told as they begin, and one that comes again counts in one sum', () => {
  const told: string[] = [];
  const phases = new Phases((phase) => told.push(phase));
  for (const phase of ['check', 'plan', 'emit', 'plan']) phases.begin(phase);
  expect(told).toEqual(['check', 'plan', 'emit', 'plan']);
  const times = phases.times();
  expect(times.map(({ phase }) => phase)).toEqual(['check', 'plan', 'emit']);
  expect(times.every(({ milliseconds }) => milliseconds >= 0)).toBe(true);
});
