import { describe, expect, test } from 'vitest';
import { exactKey, prefixKey, rangeKey, type KeyColumn } from '../../../compiler/net/key-column.ts';
import { findOverlappingRows, listOverlappingRows } from '../../../compiler/net/overlapping-rows.ts';

const exact = (width: number, ...values: number[]) => exactKey(width, Uint32Array.from(values));
const ranges = (width: number, ...intervals: [number, number][]) =>
  rangeKey(
    width,
    Uint32Array.from(intervals, ([low]) => low),
    Uint32Array.from(intervals, ([, high]) => high),
  );

describe('rows with equal or overlapping keys', () => {
  test('of exact columns are those with the same values', () => {
    const key = [exact(32, 1, 1, 2, 1), exact(8, 6, 17, 6, 17), exact(16, 80, 80, 80, 80)];
    expect(findOverlappingRows(key)).toEqual([1, 3]);
    expect(findOverlappingRows([exact(32, 1, 1, 2), exact(8, 6, 17, 6)])).toBeUndefined();
  });

  test('of exact columns and one of ranges', () => {
    const address = exact(32, 7, 7, 8, 7);
    expect(findOverlappingRows([address, ranges(16, [1, 9], [10, 20], [5, 15], [20, 30])])).toEqual([1, 3]);
    expect(findOverlappingRows([address, ranges(16, [1, 9], [10, 20], [5, 15], [21, 30])])).toBeUndefined();
  });

  test('of a range that holds several others, not next to it', () => {
    expect(listOverlappingRows([ranges(16, [10, 11], [20, 21], [0, 100], [101, 102])], 9)).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  test('of two prefix columns', () => {
    const from = prefixKey(32, Uint32Array.of(0x0a000000, 0x0a010000, 0x0a010000), Uint8Array.of(8, 16, 16));
    const to = prefixKey(32, Uint32Array.of(0xc0000200, 0xc0000300, 0xc0000280), Uint8Array.of(24, 24, 25));
    expect(findOverlappingRows([from, to])).toEqual([0, 2]);
    const apart = prefixKey(32, Uint32Array.of(0xc0000200, 0xc0000300, 0xc0000400), Uint8Array.of(24, 24, 25));
    expect(findOverlappingRows([from, apart])).toBeUndefined();
  });

  test('of wide columns', () => {
    const low = Uint32Array.of(0, 0, 0, 0, 0, 1, 0, 0);
    const high = Uint32Array.of(0, 1, 0, 0, 0, 2, 0, 0);
    expect(findOverlappingRows([rangeKey(128, low, high)])).toEqual([0, 1]);
  });

  test('of no rows, or of one, are none', () => {
    expect(findOverlappingRows([exact(8)])).toBeUndefined();
    expect(findOverlappingRows([exact(8, 1)])).toBeUndefined();
    expect(findOverlappingRows([ranges(8, [1, 5]), ranges(8, [0, 255])])).toBeUndefined();
  });

  test('are listed once, also where boxes reach over many others', () => {
    const rows = 200;
    const column = (factor: number) => {
      const lows = Uint32Array.from({ length: rows }, (_, row) => (row * factor) % 211);
      return rangeKey(
        16,
        lows,
        lows.map((low, row) => low + (row % 7) * 20),
      );
    };
    const pairs = listOverlappingRows([column(7), column(31), column(59)], Number.POSITIVE_INFINITY);
    expect(pairs.length).toBeGreaterThan(100);
    expect(pairs.length).toBeLessThan(rows);
    expect(new Set(pairs.map(String)).size).toBe(pairs.length);
  });

  test('are listed up to a limit', () => {
    const key = [exact(8, 1, 1, 2, 2, 2)];
    expect(listOverlappingRows(key, 9)).toEqual([
      [0, 1],
      [2, 3],
      [2, 4],
    ]);
    expect(listOverlappingRows(key, 2)).toHaveLength(2);
  });
});

test('a key needs columns of one length, and rows that are intervals', () => {
  expect(() => findOverlappingRows([])).toThrow(RangeError);
  expect(() => findOverlappingRows([exact(8, 1), exact(8, 1, 2)])).toThrow(RangeError);
  expect(() => ranges(8, [1, 2], [5, 4])).toThrow('row 1 is no interval of a field of 8 bits');
  expect(() => exact(8, 256)).toThrow(RangeError);
  expect(() => prefixKey(32, Uint32Array.of(1), Uint8Array.of(33))).toThrow(RangeError);
  expect(() => prefixKey(128, Uint32Array.of(1), Uint8Array.of(33))).toThrow(RangeError);
});

/** A grid of `side` to the power of `dimensions` boxes that touch but do not overlap, in an order that is not sorted. */
function grid(dimensions: number, side: number): KeyColumn[] {
  const rows = side ** dimensions;
  return Array.from({ length: dimensions }, (_, dimension) => {
    const lows = new Uint32Array(rows);
    const highs = new Uint32Array(rows);
    for (let row = 0; row < rows; row++) {
      const cell = Math.trunc(((row * 7919) % rows) / side ** dimension) % side;
      lows[row] = 10 * cell;
      highs[row] = 10 * cell + 9;
    }
    return rangeKey(32, lows, highs);
  });
}

describe.each([
  [1, 50_000],
  [2, 300],
  [3, 40],
  [4, 12],
])('a full grid of %i dimensions', (dimensions, side) => {
  test('has no overlap', () => {
    expect(findOverlappingRows(grid(dimensions, side))).toBeUndefined();
  });

  test('has one if one box is a little too large', () => {
    const boxes = grid(dimensions, side);
    const row = boxes[0]!.lows.findIndex((_, i) => boxes.every(({ lows }) => lows[i] === 10 * Math.trunc(side / 2)));
    const { lows, highs } = boxes[0]!;
    highs[row]!++;
    const neighbour = lows.findIndex(
      (low, i) => low === highs[row] && boxes.slice(1).every((box) => box.lows[i] === box.lows[row]),
    );
    expect(findOverlappingRows(boxes)).toEqual([Math.min(row, neighbour), Math.max(row, neighbour)]);
  });
});
