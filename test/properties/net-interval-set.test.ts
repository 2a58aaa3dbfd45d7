import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { IntervalSet } from '../../compiler/net/interval-set.ts';

/** Sets of 8-bit values beside what they should be: plain sets of numbers. */
const small = fastCheck
  .array(fastCheck.tuple(fastCheck.nat(255), fastCheck.nat(40)), { maxLength: 12 })
  .map((spans) => spans.map(([low, length]): [number, number] => [low, Math.min(low + length, 255)]));

const modelOf = (spans: [number, number][]) => {
  const model = new Set<number>();
  for (const [low, high] of spans) {
    for (let value = low; value <= high; value++) {
      model.add(value);
    }
  }
  return model;
};

const ascending = (values: Iterable<number>) => [...values].toSorted((a, b) => a - b);

/** Whether the intervals are sorted, disjoint and not adjacent, with one interval for each run of values. */
function isCanonical(set: IntervalSet): boolean {
  let previous: bigint | undefined;
  for (const [low, high] of set.bigintIntervals()) {
    if (low > high || (previous !== undefined && low <= previous + 1n)) {
      return false;
    }
    previous = high;
  }
  return set.lows.length === set.intervalCount * set.stride && set.highs.length === set.lows.length;
}

test('sets of 8-bit values are what plain sets are', () => {
  fastCheck.assert(
    fastCheck.property(small, small, (left, right) => {
      const [a, b] = [IntervalSet.fromIntervals(8, left), IntervalSet.fromIntervals(8, right)];
      const [inA, inB] = [modelOf(left), modelOf(right)];
      const all = Array.from({ length: 256 }, (_, value) => value);
      const results: [IntervalSet, number[]][] = [
        [a, ascending(inA)],
        [a.union(b), ascending(new Set([...inA, ...inB]))],
        [a.intersect(b), all.filter((value) => inA.has(value) && inB.has(value))],
        [a.subtract(b), all.filter((value) => inA.has(value) && !inB.has(value))],
        [a.complement(), all.filter((value) => !inA.has(value))],
      ];
      for (const [set, values] of results) {
        expect([...set.values()]).toEqual(values);
        expect(isCanonical(set)).toBe(true);
        expect(set.size()).toBe(BigInt(values.length));
        expect([set.isEmpty(), set.isFull()]).toEqual([values.length === 0, values.length === 256]);
        expect(set.singleValue()).toBe(values.length === 1 ? values[0] : undefined);
      }
      expect(all.filter((value) => a.contains(value))).toEqual(ascending(inA));
      expect(a.isSubsetOf(b)).toBe([...inA].every((value) => inB.has(value)));
      expect(a.intersects(b)).toBe([...inA].some((value) => inB.has(value)));
      expect(a.equals(b)).toBe(ascending(inA).join() === ascending(inB).join());
    }),
  );
});

/** Each of 256 values becomes a block of values in a wider field, so that what sets of 8 bits do stands for wide ones. */
const wideOf = (value: number, width: bigint): bigint => {
  const step = (1n << width) / 256n;
  return BigInt(value) * step;
};
const spread = (width: number, spans: [number, number][]): [bigint, bigint][] =>
  spans.map(([low, high]) => [wideOf(low, BigInt(width)), wideOf(high + 1, BigInt(width)) - 1n]);

test.each([9, 24, 32, 33, 56, 64, 97, 128])('sets of %i bits do what sets of 8 bits do', (width) => {
  fastCheck.assert(
    fastCheck.property(small, small, (left, right) => {
      const [a, b] = [IntervalSet.fromIntervals(8, left), IntervalSet.fromIntervals(8, right)];
      const wide = (set: IntervalSet) => IntervalSet.fromIntervals(width, spread(width, [...set.numberIntervals()]));
      const [wideA, wideB] = [wide(a), wide(b)];
      expect(IntervalSet.fromIntervals(width, spread(width, left)).equals(wideA)).toBe(true);
      expect(wideA.union(wideB).equals(wide(a.union(b)))).toBe(true);
      expect(wideA.intersect(wideB).equals(wide(a.intersect(b)))).toBe(true);
      expect(wideA.subtract(wideB).equals(wide(a.subtract(b)))).toBe(true);
      expect(wideA.complement().equals(wide(a.complement()))).toBe(true);
      expect(wideA.isSubsetOf(wideB)).toBe(a.isSubsetOf(b));
      expect(wideA.intersects(wideB)).toBe(a.intersects(b));
      expect(wideA.size()).toBe(a.size() * wideOf(1, BigInt(width)));
      for (const set of [wideA, wideA.union(wideB), wideA.subtract(wideB), wideA.complement()]) {
        expect(isCanonical(set)).toBe(true);
      }
    }),
  );
});

/** Any 128-bit values, many of them at word borders and next to each other. */
const anyWide = fastCheck.oneof(
  fastCheck.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
  fastCheck
    .tuple(
      fastCheck.constantFrom(0n, 1n << 32n, 1n << 64n, 1n << 96n, (1n << 128n) - 4n),
      fastCheck.bigInt({ min: 0n, max: 3n }),
    )
    .map(([base, offset]) => base + offset),
);
const wideIntervals = fastCheck.array(
  fastCheck.tuple(anyWide, anyWide).map(([a, b]): [bigint, bigint] => (a < b ? [a, b] : [b, a])),
  { maxLength: 8 },
);

const holds = (intervals: [bigint, bigint][], value: bigint) =>
  intervals.some(([low, high]) => low <= value && value <= high);

test('sets of 128-bit values hold what their intervals hold, at every edge', () => {
  fastCheck.assert(
    fastCheck.property(wideIntervals, wideIntervals, (left, right) => {
      const [a, b] = [IntervalSet.fromIntervals(128, left), IntervalSet.fromIntervals(128, right)];
      const results = { union: a.union(b), intersect: a.intersect(b), subtract: a.subtract(b), rest: a.complement() };
      expect(Object.values(results).every(isCanonical)).toBe(true);
      const top = (1n << 128n) - 1n;
      for (const edge of [...left, ...right].flat()) {
        for (const value of [edge - 1n, edge, edge + 1n].filter((each) => each >= 0n && each <= top)) {
          const [inA, inB] = [holds(left, value), holds(right, value)];
          expect({
            union: results.union.contains(value),
            intersect: results.intersect.contains(value),
            subtract: results.subtract.contains(value),
            rest: results.rest.contains(value),
          }).toEqual({ union: inA || inB, intersect: inA && inB, subtract: inA && !inB, rest: !inA });
        }
      }
    }),
  );
});

test('the union of many sets is the union of all their intervals, and equal sets have equal hashes', () => {
  fastCheck.assert(
    fastCheck.property(fastCheck.array(wideIntervals, { maxLength: 9 }), (parts) => {
      const union = IntervalSet.unionOf(
        128,
        parts.map((part) => IntervalSet.fromIntervals(128, part)),
      );
      const same = IntervalSet.fromIntervals(128, parts.flat().toReversed());
      expect(union.equals(same)).toBe(true);
      expect([union.hash(), union.fingerprint()]).toEqual([same.hash(), same.fingerprint()]);
    }),
  );
});

test('prefixes make the same set as their ranges', () => {
  fastCheck.assert(
    fastCheck.property(
      fastCheck.constantFrom(1, 8, 24, 32, 33, 64, 100, 128),
      fastCheck.array(fastCheck.tuple(fastCheck.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fastCheck.nat(128))),
      (width, raw) => {
        const bits = BigInt(width);
        const prefixes = raw.map(([value, length]): [bigint, bigint] => [
          value >> (128n - bits),
          BigInt(length % (width + 1)),
        ]);
        const stride = width <= 32 ? 1 : 4;
        const words = Uint32Array.from(
          prefixes.flatMap(([value]) =>
            Array.from({ length: stride }, (_, k) => Number((value >> BigInt(32 * (stride - 1 - k))) & 0xffffffffn)),
          ),
        );
        const lengths = Uint8Array.from(prefixes, ([, length]) => Number(length));
        const ranges = prefixes.map(([value, length]): [bigint, bigint] => {
          const low = (value >> (bits - length)) << (bits - length);
          return [low, low + (1n << (bits - length)) - 1n];
        });
        expect([...IntervalSet.fromPrefixes(width, words, lengths).bigintIntervals()]).toEqual([
          ...IntervalSet.fromIntervals(width, ranges).bigintIntervals(),
        ]);
      },
    ),
  );
});
