/** The units that a number may have behind it. Multiples are decimal, except those with an `i`. */

export type Unit =
  | { readonly of: 'events' | 'bits' | 'bytes'; readonly factor: bigint; readonly needsPeriod: boolean }
  | { readonly of: 'size'; readonly factor: bigint }
  | { readonly of: 'duration'; readonly factor: bigint };

const KILO = 1000n;
const KIBI = 1024n;

export const UNITS: ReadonlyMap<string, Unit> = new Map<string, Unit>([
  ['pps', { of: 'events', factor: 1n, needsPeriod: false }],
  ['kpps', { of: 'events', factor: KILO, needsPeriod: false }],
  ['mpps', { of: 'events', factor: KILO ** 2n, needsPeriod: false }],
  ['bit', { of: 'bits', factor: 1n, needsPeriod: false }],
  ['kbit', { of: 'bits', factor: KILO, needsPeriod: false }],
  ['mbit', { of: 'bits', factor: KILO ** 2n, needsPeriod: false }],
  ['gbit', { of: 'bits', factor: KILO ** 3n, needsPeriod: false }],
  ['tbit', { of: 'bits', factor: KILO ** 4n, needsPeriod: false }],
  ['byte', { of: 'bytes', factor: 1n, needsPeriod: true }],
  ['kbyte', { of: 'bytes', factor: KILO, needsPeriod: true }],
  ['mbyte', { of: 'bytes', factor: KILO ** 2n, needsPeriod: true }],
  ['gbyte', { of: 'bytes', factor: KILO ** 3n, needsPeriod: true }],
  ['kibyte', { of: 'bytes', factor: KIBI, needsPeriod: true }],
  ['mibyte', { of: 'bytes', factor: KIBI ** 2n, needsPeriod: true }],
  ['gibyte', { of: 'bytes', factor: KIBI ** 3n, needsPeriod: true }],
  ['B', { of: 'size', factor: 1n }],
  ['kB', { of: 'size', factor: KILO }],
  ['KB', { of: 'size', factor: KILO }],
  ['MB', { of: 'size', factor: KILO ** 2n }],
  ['GB', { of: 'size', factor: KILO ** 3n }],
  ['TB', { of: 'size', factor: KILO ** 4n }],
  ['KiB', { of: 'size', factor: KIBI }],
  ['MiB', { of: 'size', factor: KIBI ** 2n }],
  ['GiB', { of: 'size', factor: KIBI ** 3n }],
  ['TiB', { of: 'size', factor: KIBI ** 4n }],
  ['ms', { of: 'duration', factor: 1n }],
  ['s', { of: 'duration', factor: 1000n }],
  ['m', { of: 'duration', factor: 60_000n }],
  ['h', { of: 'duration', factor: 3_600_000n }],
  ['d', { of: 'duration', factor: 86_400_000n }],
  ['w', { of: 'duration', factor: 604_800_000n }],
]);

/** Seconds in the period that a rate names: `100/minute`. */
export const PERIODS: ReadonlyMap<string, number> = new Map([
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
]);
