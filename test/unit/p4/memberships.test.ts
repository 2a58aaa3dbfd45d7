/** Sets looked up by longest prefix: each value is in exactly the sets that its longest entry has. */
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import { membershipsOf } from '../../../backends/p4/encode/memberships.ts';
import { rangeToTernary, toTernary } from '../../../backends/p4/encode/ternary.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';

const WIDTH = 8;

const sets = fastCheck
  .array(fastCheck.tuple(fastCheck.nat(255), fastCheck.nat(90)), { minLength: 1, maxLength: 5 })
  .map((pairs) =>
    IntervalSet.fromIntervals(
      WIDTH,
      pairs.map(([low, more]) => [low, Math.min(255, low + more)] as const),
    ),
  );

/** All values of the field. */
const VALUES = Array.from({ length: 256 }, (_, value) => value);

it('finds the sets that a value is in', () => {
  fastCheck.assert(
    fastCheck.property(fastCheck.array(sets, { minLength: 1, maxLength: 6 }), (wanted) => {
      const entries = membershipsOf(wanted).toSorted((a, b) => b.length - a.length);
      const wrong = VALUES.filter((value) => {
        const found = entries.find(({ prefix }) => prefix.contains(value))?.sets ?? 0n;
        return wanted.some((set, number) => set.contains(value) !== (((found >> BigInt(number)) & 1n) === 1n));
      });
      expect(wrong).toEqual([]);
    }),
    { seed: 1 },
  );
});

it('needs no more entries for a set than its ranges need one by one, and they are exactly the set', () => {
  let fewer = 0;
  fastCheck.assert(
    fastCheck.property(sets, (set) => {
      const entries = toTernary(set);
      expect(VALUES.filter((value) => entries.some((entry) => entry.contains(value)) !== set.contains(value))).toEqual(
        [],
      );
      const alone = [...set.numberIntervals()].reduce(
        (sum, [low, high]) => sum + rangeToTernary(WIDTH, BigInt(low), BigInt(high)).length,
        0,
      );
      expect(entries.length).toBeLessThanOrEqual(alone);
      if (entries.length < alone) fewer++;
    }),
    { seed: 1, numRuns: 1000 },
  );
  expect(fewer).toBeGreaterThan(100);
});
