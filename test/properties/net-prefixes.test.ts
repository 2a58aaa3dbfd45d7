import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { LongestPrefixMap } from '../../compiler/net/longest-prefix.ts';
import {
  coveringPrefix,
  prefixColumns,
  prefixEntries,
  prefixLengthOfInterval,
  prefixToRange,
  toPrefixes,
} from '../../compiler/net/prefixes.ts';

/** The fewest prefixes by definition: a block that is in the set is one, any other is its two halves. */
function decompose(set: IntervalSet, address: bigint, length: number): [bigint, number][] {
  const hostBits = BigInt(set.width - length);
  const block = IntervalSet.range(set.width, address, address + (1n << hostBits) - 1n);
  if (!block.intersects(set)) {
    return [];
  }
  if (block.isSubsetOf(set)) {
    return [[address, length]];
  }
  const half = 1n << (hostBits - 1n);
  return [...decompose(set, address, length + 1), ...decompose(set, address + half, length + 1)];
}

const anySet = fastCheck
  .tuple(
    fastCheck.constantFrom(1, 8, 16, 32, 33, 64, 128),
    fastCheck.array(fastCheck.tuple(fastCheck.nat(255), fastCheck.nat(255), fastCheck.bigInt({ min: -2n, max: 2n })), {
      maxLength: 5,
    }),
  )
  .map(([width, raw]) => {
    const top = (1n << BigInt(width)) - 1n;
    const clamp = (value: bigint) => (value < 0n ? 0n : value > top ? top : value);
    const intervals = raw.map(([a, b, offset]): [bigint, bigint] => {
      const [low, high] = a < b ? [a, b] : [b, a];
      const lowEnd = clamp((BigInt(low) * (top + 1n)) / 256n + offset);
      const highEnd = clamp((BigInt(high) * (top + 1n)) / 256n - offset);
      return lowEnd < highEnd ? [lowEnd, highEnd] : [highEnd, lowEnd];
    });
    return IntervalSet.fromIntervals(width, intervals);
  });

test('prefixes are the fewest that make the set', () => {
  fastCheck.assert(
    fastCheck.property(anySet, (set) => {
      const prefixes = toPrefixes(set);
      const entries = [...prefixEntries(prefixes)].map(([address, length]) => [BigInt(address), length]);
      expect(entries).toEqual(decompose(set, 0n, 0));
      expect(IntervalSet.fromPrefixes(set.width, prefixes.addresses, prefixes.lengths).equals(set)).toBe(true);
    }),
  );
});

test('the prefix that covers prefixes holds all of them, and none of its halves does', () => {
  fastCheck.assert(
    fastCheck.property(anySet, fastCheck.infiniteStream(fastCheck.boolean()), (set, coins) => {
      const prefixes = toPrefixes(set);
      const counts = Uint8Array.from(prefixes.lengths, () => Number(coins.next().value));
      const counted = [...prefixEntries(prefixes)].filter((_, row) => counts[row] === 1);
      const all = IntervalSet.unionOf(
        set.width,
        counted.map(([address, length]) => IntervalSet.range(set.width, ...prefixToRange(set.width, address, length))),
      );
      const covering = coveringPrefix(prefixes, counts);
      expect(covering === undefined).toBe(counted.length === 0);
      if (!covering) return;
      expect(all.isSubsetOf(covering)).toBe(true);
      const length = prefixLengthOfInterval(covering, 0);
      const base = BigInt(covering.lowAt(0));
      const half = 1n << BigInt(set.width - length - 1);
      const halves = length === set.width ? [] : [base, base + half];
      for (const low of halves) expect(all.isSubsetOf(IntervalSet.range(set.width, low, low + half - 1n))).toBe(false);
    }),
  );
});

test('an interval is a prefix exactly if it takes one', () => {
  fastCheck.assert(
    fastCheck.property(anySet, (set) => {
      [...set.bigintIntervals()].forEach(([low, high], i) => {
        const lengths = toPrefixes(IntervalSet.range(set.width, low, high)).lengths;
        expect(prefixLengthOfInterval(set, i)).toBe(lengths.length === 1 ? lengths[0] : -1);
      });
    }),
  );
});

test('the longest prefix is found for every address', () => {
  fastCheck.assert(
    fastCheck.property(
      fastCheck.array(fastCheck.tuple(fastCheck.nat(255), fastCheck.nat(8)), { maxLength: 20 }),
      (rows) => {
        const addresses = Uint32Array.from(rows, ([address]) => address);
        const lengths = Uint8Array.from(rows, ([, length]) => length);
        const map = new LongestPrefixMap(prefixColumns(8, addresses, lengths));
        const words = Uint32Array.from(rows.flatMap(([address]) => [address * 2 ** 24, 0, 0, 0]));
        const wide = new LongestPrefixMap(prefixColumns(128, words, lengths));
        for (let address = 0; address < 256; address++) {
          let best = -1;
          rows.forEach(([prefix, length], row) => {
            const holds = prefix >> (8 - length) === address >> (8 - length);
            if (holds && length > (rows[best]?.[1] ?? -1)) {
              best = row;
            }
          });
          expect(map.lookup(address)).toBe(best);
          expect(wide.lookup((BigInt(address) << 120n) + 5n)).toBe(best);
        }
      },
    ),
  );
});
