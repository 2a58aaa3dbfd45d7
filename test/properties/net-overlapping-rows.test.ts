import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { exactKey, rangeKey, type KeyColumn } from '../../compiler/net/key-column.ts';
import { findOverlappingRows, listOverlappingRows } from '../../compiler/net/overlapping-rows.ts';
import { RankSet } from '../../compiler/net/rank-set.ts';
import { isSorted, sortedOrder } from '../../compiler/net/word-order.ts';

type Box = [number, number][];

const overlap = (a: Box, b: Box) => a.every(([low, high], d) => low <= b[d]![1] && b[d]![0] <= high);

/** Columns of boxes: exact where all are single values, and of one word or of four, with the values in the upper ones. */
function columnsOf(boxes: Box[], dimensions: number, wide: boolean): KeyColumn[] {
  return Array.from({ length: dimensions }, (_, d) => {
    const column = (end: 0 | 1) =>
      Uint32Array.from(boxes.flatMap((box) => (wide ? [0, box[d]![end], end * 7, 0] : [box[d]![end]])));
    const exact = !wide && boxes.every((box) => box[d]![0] === box[d]![1]);
    return exact ? exactKey(32, column(0)) : rangeKey(wide ? 128 : 32, column(0), column(1));
  });
}

/** Rows of boxes: the domain sets how often they meet, the longest side which columns are exact. */
const boxesOf = (dimensions: number, rows: number) =>
  fastCheck
    .tuple(
      fastCheck.constantFrom(4, 40, 4000),
      fastCheck.array(fastCheck.constantFrom(0, 1, 10, 10), { minLength: dimensions, maxLength: dimensions }),
    )
    .chain(([domain, sides]) =>
      fastCheck.array(
        fastCheck.tuple(
          ...sides.map((side) =>
            fastCheck.oneof(
              { weight: 9, arbitrary: fastCheck.tuple(fastCheck.nat(domain), fastCheck.nat(side)) },
              // Unrestricted, as in many a rule.
              { weight: side === 10 ? 3 : 0, arbitrary: fastCheck.constant([0, 2 * domain] as [number, number]) },
            ),
          ),
        ),
        { maxLength: rows },
      ),
    )
    .map((raw) => raw.map((box): Box => box.map(([low, length]): [number, number] => [low, low + length])));

test.each([1, 2, 3, 4])('overlaps of boxes in %i dimensions are found exactly if there are any', (dimensions) => {
  fastCheck.assert(
    fastCheck.property(boxesOf(dimensions, 60), fastCheck.boolean(), (boxes, wide) => {
      const columns = columnsOf(boxes, dimensions, wide);
      const found = findOverlappingRows(columns);
      const exists = boxes.some((box, i) => boxes.some((other, j) => i < j && overlap(box, other)));
      expect(found !== undefined).toBe(exists);
      const pairs = listOverlappingRows(columns, Number.POSITIVE_INFINITY);
      for (const [a, b] of pairs) {
        expect(a).toBeLessThan(b);
        expect(overlap(boxes[a]!, boxes[b]!)).toBe(true);
      }
      expect(new Set(pairs.map(String)).size).toBe(pairs.length);
      expect(pairs.length > 0).toBe(exists);
      expect(pairs.length).toBeLessThanOrEqual(Math.max(boxes.length - 1, 0));
    }),
    { numRuns: 300 },
  );
});

test('rows that are in none of the listed pairs do not overlap', () => {
  fastCheck.assert(
    fastCheck.property(
      fastCheck.integer({ min: 1, max: 4 }).chain((d) => boxesOf(d, 40)),
      (boxes) => {
        const dimensions = boxes[0]?.length ?? 1;
        const pairs = listOverlappingRows(columnsOf(boxes, dimensions, false), Number.POSITIVE_INFINITY);
        const named = new Set(pairs.flat());
        const unnamed = boxes.filter((_, row) => !named.has(row));
        unnamed.forEach((box, i) => expect(unnamed.slice(i + 1).some((other) => overlap(box, other))).toBe(false));
      },
    ),
  );
});

test('a rank set knows its members’ neighbours', () => {
  fastCheck.assert(
    fastCheck.property(
      fastCheck.constantFrom(1, 31, 32, 33, 1024, 1025, 40_000),
      fastCheck.array(fastCheck.tuple(fastCheck.boolean(), fastCheck.nat(39_999)), { maxLength: 80 }),
      (capacity, steps) => {
        const set = new RankSet(capacity);
        const model = new Set<number>();
        for (const [adds, raw] of steps) {
          const rank = raw % capacity;
          if (adds) {
            set.add(rank);
            model.add(rank);
          } else {
            set.delete(rank);
            model.delete(rank);
          }
          const probe = (raw * 31) % capacity;
          expect(set.before(probe)).toBe(Math.max(-1, ...[...model].filter((member) => member < probe)));
          const above = Math.min(capacity, ...[...model].filter((member) => member > probe));
          expect(set.after(probe)).toBe(above === capacity ? -1 : above);
        }
      },
    ),
  );
});

test.each([10, 200, 40_000])('%i values are sorted, and equal ones keep their order', (length) => {
  fastCheck.assert(
    fastCheck.property(
      fastCheck.constantFrom<1 | 4>(1, 4),
      fastCheck.integer({ min: 1, max: 0x7fffffff }),
      fastCheck.constantFrom(3, 1000, 0x10001, 0xffffffff),
      (stride, start, modulus) => {
        let state = start;
        const words = Uint32Array.from({ length: length * stride }, () => {
          // Park and Miller's generator is enough to have no order.
          state = (state * 48271) % 0x7fffffff;
          return (state * 2) % modulus;
        });
        const order = sortedOrder(words, stride);
        expect(isSorted(words, stride, order)).toBe(true);
        expect(new Set(order).size).toBe(length);
        const key = (i: number) => words.subarray(i * stride, (i + 1) * stride).join();
        expect(order.every((row, i) => i === 0 || row > order[i - 1]! || key(row) !== key(order[i - 1]!))).toBe(true);
      },
    ),
    { numRuns: length > 1000 ? 4 : 50 },
  );
});
