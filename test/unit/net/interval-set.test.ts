import { describe, expect, test } from 'vitest';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';

const WIDTHS = [1, 2, 8, 16, 31, 32, 33, 48, 64, 96, 127, 128];

const set = (width: number, ...intervals: [number | bigint, number | bigint][]) =>
  IntervalSet.fromIntervals(width, intervals);

describe.each(WIDTHS)('%i bits', (width) => {
  const top = (1n << BigInt(width)) - 1n;

  test('empty and full are each other’s complement', () => {
    const empty = IntervalSet.empty(width);
    const full = IntervalSet.full(width);
    expect(empty.complement().equals(full)).toBe(true);
    expect(full.complement().equals(empty)).toBe(true);
    expect([empty.isEmpty(), empty.isFull(), full.isEmpty(), full.isFull()]).toEqual([true, false, false, true]);
    expect([empty.size(), full.size()]).toEqual([0n, top + 1n]);
    expect([...full.bigintIntervals()]).toEqual([[0n, top]]);
  });

  test('the ends of the domain are values like others', () => {
    const ends = set(width, [0n, 0n], [top, top]);
    expect(ends.contains(0)).toBe(true);
    expect(ends.contains(top)).toBe(true);
    expect(ends.intervalCount).toBe(width === 1 ? 1 : 2);
    expect(ends.complement().size()).toBe(top - 1n);
    expect(ends.union(ends.complement()).isFull()).toBe(true);
    expect(ends.intersect(ends.complement()).isEmpty()).toBe(true);
  });

  test('all but the last value is not all', () => {
    expect(set(width, [0n, top - 1n]).isFull()).toBe(false);
    expect(set(width, [1n, top]).isFull()).toBe(false);
  });

  test('values outside are refused', () => {
    expect(() => IntervalSet.of(width, top + 1n)).toThrow(`${top + 1n} is no value of a field of ${width} bits`);
    expect(() => IntervalSet.of(width, -1)).toThrow(RangeError);
    expect(() => IntervalSet.of(width, 0.5)).toThrow(RangeError);
    expect(() => IntervalSet.full(width).contains(top + 1n)).toThrow(RangeError);
  });
});

describe('canonical form', () => {
  test('joins what overlaps and what touches, in any order', () => {
    expect(set(16, [80, 90], [10, 20], [21, 30], [85, 100], [5, 5]).toString()).toBe('5 10-30 80-100');
  });

  test('joins across words', () => {
    const seam = set(128, [1n << 32n, 1n << 40n], [7n, (1n << 32n) - 1n]);
    expect([...seam.intervals()]).toEqual([[7n, 1n << 40n]]);
    const high = set(128, [0n, (1n << 96n) - 1n], [1n << 96n, 1n << 97n]);
    expect(high.intervalCount).toBe(1);
  });

  test('does not join what differs by one in a higher word only', () => {
    expect(set(128, [0n, 0xffffffffn], [(1n << 64n) + 0n, (1n << 64n) + 1n]).intervalCount).toBe(2);
    expect(set(64, [5n, 6n], [(1n << 32n) + 7n, (1n << 32n) + 8n]).intervalCount).toBe(2);
  });

  test('takes columns of single values', () => {
    expect(IntervalSet.fromColumns(16, Uint32Array.of(443, 80, 81, 80)).toString()).toBe('80-81 443');
  });

  test('is not changed by what is done to the columns afterwards', () => {
    const values = Uint32Array.of(1, 3);
    const before = IntervalSet.fromColumns(8, values);
    values[0] = 200;
    expect(before.toString()).toBe('1 3');
  });

  test('refuses columns that hold no intervals', () => {
    expect(() => IntervalSet.fromColumns(8, Uint32Array.of(2), Uint32Array.of(1))).toThrow(RangeError);
    expect(() => IntervalSet.fromColumns(8, Uint32Array.of(2), Uint32Array.of(256))).toThrow(RangeError);
    expect(() => IntervalSet.fromColumns(8, Uint32Array.of(2), Uint32Array.of(3, 4))).toThrow(RangeError);
    expect(() => IntervalSet.fromColumns(128, Uint32Array.of(2))).toThrow(RangeError);
    expect(() => set(8, [2, 1])).toThrow(RangeError);
  });

  test('comes from prefixes, whose host bits count for nothing', () => {
    const prefixes = IntervalSet.fromPrefixes32(Uint32Array.of(0x0a000000, 0xc0000201, 0), Uint8Array.of(8, 24, 32));
    expect([...prefixes.intervals()]).toEqual([
      [0, 0],
      [0x0a000000, 0x0affffff],
      [0xc0000200, 0xc00002ff],
    ]);
    const wide = IntervalSet.fromPrefixes128(Uint32Array.of(0x20010db8, 0, 0, 1, 0, 0, 0, 9), Uint8Array.of(48, 128));
    expect([...wide.intervals()]).toEqual([
      [9n, 9n],
      [0x20010db8n << 96n, (0x20010db80001n << 80n) - 1n],
    ]);
    expect(IntervalSet.fromPrefixes32(Uint32Array.of(77), Uint8Array.of(0)).isFull()).toBe(true);
    expect(() => IntervalSet.fromPrefixes32(Uint32Array.of(77), Uint8Array.of(33))).toThrow(RangeError);
    expect(() => IntervalSet.fromPrefixes32(Uint32Array.of(77), Uint8Array.of(1, 2))).toThrow(RangeError);
  });
});

describe('what a set tells', () => {
  test('its single value', () => {
    expect(set(16, [80, 80]).singleValue()).toBe(80);
    expect(set(128, [80, 80]).singleValue()).toBe(80n);
    expect(set(16, [80, 81]).singleValue()).toBeUndefined();
    expect(set(16, [80, 80], [82, 82]).singleValue()).toBeUndefined();
    expect(IntervalSet.empty(16).singleValue()).toBeUndefined();
  });

  test('its values one by one', () => {
    expect([...set(16, [80, 82], [65535, 65535]).values()]).toEqual([80, 81, 82, 65535]);
    const word = 1n << 32n;
    expect([...set(64, [word - 1n, word + 1n]).values()]).toEqual([word - 1n, word, word + 1n]);
  });

  test('its intervals as numbers where they fit', () => {
    expect([...set(32, [0, 0xffffffff]).numberIntervals()]).toEqual([[0, 0xffffffff]]);
    expect(() => [...set(33, [0, 1]).numberIntervals()]).toThrow(RangeError);
  });

  test('its size, across words', () => {
    expect(set(128, [1n, 1n << 70n], [(1n << 127n) + 5n, (1n << 127n) + 5n]).size()).toBe((1n << 70n) + 1n);
  });

  test('a hash and a fingerprint that stay what they are from version to version', () => {
    const ports = set(16, [80, 80], [443, 443]);
    expect([ports.hash(), ports.fingerprint()]).toMatchInlineSnapshot(`
      [
        1570333406,
        "5d9962de3040262e",
      ]
    `);
    expect(set(128, [80, 80]).fingerprint()).toMatchInlineSnapshot(`"58f010008c73bd06"`);
  });

  test('hashes that differ with values, width and where an interval ends', () => {
    const sets = [
      IntervalSet.empty(16),
      IntervalSet.empty(17),
      IntervalSet.full(16),
      set(16, [1, 1]),
      set(17, [1, 1]),
      set(128, [1, 1]),
      set(16, [1, 2]),
      set(16, [1, 1], [3, 3]),
      set(16, [1, 3]),
    ];
    expect(new Set(sets.map((each) => each.hash())).size).toBe(sets.length);
    expect(new Set(sets.map((each) => each.fingerprint().slice(8))).size).toBe(sets.length);
  });
});

test('sets of different widths are not equal and not combined', () => {
  const narrow = IntervalSet.empty(8);
  const wide = IntervalSet.empty(16);
  expect(narrow.equals(wide)).toBe(false);
  expect(() => narrow.union(wide)).toThrow('a set of 16 bits where one of 8 bits is needed');
  expect(() => narrow.intersect(wide)).toThrow(RangeError);
  expect(() => narrow.subtract(wide)).toThrow(RangeError);
  expect(() => narrow.isSubsetOf(wide)).toThrow(RangeError);
  expect(() => narrow.intersects(wide)).toThrow(RangeError);
  expect(() => IntervalSet.unionOf(8, [wide])).toThrow(RangeError);
});

test.each([0, 129, 1.5, Number.NaN])('there is no field of %d bits', (width) => {
  expect(() => IntervalSet.empty(width)).toThrow(RangeError);
});

/** Every third value up to three million, as columns: a million intervals. */
function million(width: number, start: number): IntervalSet {
  const stride = width <= 32 ? 1 : 4;
  const lows = new Uint32Array(1_000_000 * stride);
  for (let i = 0; i < 1_000_000; i++) {
    // Out of order, for the sort to have work.
    lows[i * stride + stride - 1] = start + 3 * ((i * 7919) % 1_000_000);
  }
  return IntervalSet.fromColumns(width, lows);
}

test.each([32, 128])('a million intervals of %i bits', (width) => {
  const a = million(width, 0);
  const b = million(width, 1);
  const either = a.union(b);
  expect([a.intervalCount, either.intervalCount, either.size()]).toEqual([1_000_000, 1_000_000, 2_000_000n]);
  expect(a.intersect(b).isEmpty()).toBe(true);
  expect(either.subtract(b).equals(a)).toBe(true);
  expect(either.complement().complement().equals(either)).toBe(true);
  expect(a.isSubsetOf(either)).toBe(true);
  expect(IntervalSet.unionOf(width, [b, a, either]).equals(either)).toBe(true);
});
