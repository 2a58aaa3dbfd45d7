/** Ranges and sets as entries of ternary tables: exactly the values, and for ranges the fewest entries. */
import { expect, it } from 'vitest';
import { joined, rangeToTernary, toTernary } from '../../../backends/p4/encode/ternary.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { MaskedValue } from '../../../compiler/net/masked.ts';
import { fewestEntries } from '../../oracles/fewest-entries.ts';

/** Any range of so few bits. */
const MOST_BITS = 5;

it('gives every range of up to five bits exactly its values, with the fewest entries that there are', () => {
  const wrong: string[] = [];
  let fewer = 0;
  for (let width = 1; width <= MOST_BITS; width++) {
    for (let low = 0; low < 2 ** width; low++) {
      for (let high = low; high < 2 ** width; high++) {
        const entries = rangeToTernary(width, BigInt(low), BigInt(high));
        const held = Array.from({ length: 2 ** width }, (_, value) => value).filter((value) =>
          entries.some((entry) => entry.contains(value)),
        );
        const isExact = held.length === high - low + 1 && held[0] === low && held.at(-1) === high;
        if (!isExact || entries.length !== fewestEntries(width, low, high)) {
          wrong.push(`${low}-${high} of ${width} bits`);
        }
        if (entries.length < prefixesOf(width, low, high)) fewer++;
      }
    }
  }
  expect(wrong).toEqual([]);
  // Prefixes alone would not do.
  expect(fewer).toBeGreaterThan(50);
});

function prefixesOf(width: number, low: number, high: number): number {
  let count = 0;
  for (let at = low; at <= high; count++) {
    let size = 1;
    while (at % (2 * size) === 0 && at + 2 * size - 1 <= high && 2 * size <= 2 ** width) size *= 2;
    at += size;
  }
  return count;
}

it('needs as many entries for the worst range of ports as it has bits', () => {
  // All but the ends: a circle of bits, where prefixes need 30.
  expect(rangeToTernary(16, 1n, 65_534n)).toHaveLength(16);
  expect(rangeToTernary(16, 1024n, 65_535n)).toHaveLength(6);
});

it('takes flags under a mask for one entry', () => {
  const flags = new MaskedValue(8, 0x02, 0x12);
  const set = flags.toIntervalSet()!;
  expect(set.intervalCount).toBeGreaterThan(1);
  expect(toTernary(set)).toEqual([flags]);
});

it('leaves out entries that lie within others', () => {
  const wide = new MaskedValue(4, 0b1000, 0b1000);
  const narrow = new MaskedValue(4, 0b1010, 0b1111);
  expect(joined([narrow, wide])).toEqual([wide]);
  expect(
    toTernary(
      IntervalSet.fromIntervals(4, [
        [0, 3],
        [4, 7],
      ]),
    ),
  ).toEqual([new MaskedValue(4, 0, 0b1000)]);
});
