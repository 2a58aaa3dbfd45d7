import { describe, expect, test, type TestContext } from 'vitest';
import { parseIpv4PrefixBytes, parseIpv6PrefixBytes } from '../../../compiler/net/address-bytes.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import {
  aggregate,
  commonPrefixLength,
  distinctPrefixLengths,
  prefixColumns,
  prefixEntries,
  prefixLengthOfInterval,
  prefixToRange,
  rangeToPrefixes,
  toPrefixes,
  type PrefixColumns,
} from '../../../compiler/net/prefixes.ts';
import { sharedBytes } from '../../shared-data.ts';

/** The prefixes of a published list, one a line. */
function readList(context: TestContext, path: string, width: 32 | 128): PrefixColumns {
  const bytes = sharedBytes(context, path);
  const capacity = bytes.reduce((lines, byte) => (byte === 0x0a ? lines + 1 : lines), 1);
  const addresses = new Uint32Array((capacity * width) / 32);
  const lengths = new Uint8Array(capacity);
  const parse = width === 32 ? parseIpv4PrefixBytes : parseIpv6PrefixBytes;
  let row = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    if (end > start) {
      expect(parse(bytes, start, end, addresses, lengths, row)).toBe('prefix');
      row++;
    }
    start = end + 1;
  }
  return prefixColumns(width, addresses.slice(0, (row * width) / 32), lengths.slice(0, row));
}

describe('published lists', () => {
  test('111,110 IPv4 prefixes aggregate to exactly the published 7,728', (context) => {
    const all = readList(context, 'data/prefixes/all_ipv4.txt.gz', 32);
    const merged = readList(context, 'data/prefixes/all_ipv4_merged.txt.gz', 32);
    expect([all.lengths.length, merged.lengths.length]).toEqual([111_110, 7_728]);
    const pairs = ([...prefixEntries(merged)] as [number, number][]).toSorted((a, b) => a[0] - b[0]);
    expect([...prefixEntries(aggregate(all))]).toEqual(pairs);
  });

  test('12,872 IPv6 prefixes already merged stay as they are', (context) => {
    const merged = readList(context, 'data/prefixes/all_ipv6_merged.txt.gz', 128);
    const pairs = [...prefixEntries(merged)] as [bigint, number][];
    expect(pairs).toHaveLength(12_872);
    const sorted = pairs.toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
    expect([...prefixEntries(aggregate(merged))]).toEqual(sorted);
  });
});

const entries = (set: IntervalSet) => [...prefixEntries(toPrefixes(set))];

const lengthOf = (width: number, low: bigint, high: bigint) =>
  prefixLengthOfInterval(IntervalSet.range(width, low, high), 0);

describe('the fewest prefixes', () => {
  test('of a whole domain is one of length zero', () => {
    for (const width of [1, 8, 32, 33, 128]) {
      const all = toPrefixes(IntervalSet.full(width));
      expect([...all.lengths]).toEqual([0]);
      expect(all.addresses.every((word) => word === 0)).toBe(true);
      expect(toPrefixes(IntervalSet.empty(width)).lengths).toHaveLength(0);
    }
  });

  test('of the worst interval are 2·width − 2', () => {
    for (const width of [8, 32, 48, 128]) {
      const worst = rangeToPrefixes(width, 1, (1n << BigInt(width)) - 2n);
      expect(worst.lengths).toHaveLength(2 * width - 2);
    }
  });

  test('of a port range', () => {
    expect(entries(IntervalSet.range(16, 1024, 65535))).toEqual([
      [1024, 6],
      [2048, 5],
      [4096, 4],
      [8192, 3],
      [16384, 2],
      [32768, 1],
    ]);
  });

  test('of an interval across words', () => {
    const word = 1n << 32n;
    expect(entries(IntervalSet.range(128, word - 2n, word + 1n))).toEqual([
      [word - 2n, 127],
      [word, 127],
    ]);
  });
});

test('a prefix is a range', () => {
  expect(prefixToRange(32, 0x0a0b0c0d, 8)).toEqual([0x0a000000, 0x0affffff]);
  expect(prefixToRange(128, 1n, 0)).toEqual([0n, (1n << 128n) - 1n]);
  expect(prefixToRange(16, 80, 16)).toEqual([80, 80]);
  expect(() => prefixToRange(16, 80, 17)).toThrow(RangeError);
});

test('an interval knows the prefix that it is', () => {
  expect(lengthOf(32, 0n, 0xffffffffn)).toBe(0);
  expect(lengthOf(32, 8n, 15n)).toBe(29);
  expect(lengthOf(32, 8n, 14n)).toBe(-1);
  expect(lengthOf(32, 4n, 11n)).toBe(-1);
  expect(lengthOf(16, 7n, 7n)).toBe(16);
  expect(lengthOf(128, 1n << 64n, (1n << 65n) - 1n)).toBe(64);
  expect(lengthOf(128, 0n, (1n << 128n) - 1n)).toBe(0);
  expect(lengthOf(128, 0n, (1n << 64n) + 0xffffffffn)).toBe(-1);
  expect(lengthOf(128, 1n << 64n, (1n << 64n) + (1n << 33n))).toBe(-1);
});

test('columns tell whether one hash lookup will do', () => {
  expect(commonPrefixLength(Uint8Array.of(24, 24, 24))).toBe(24);
  expect(commonPrefixLength(Uint8Array.of(24, 24, 25))).toBeUndefined();
  expect(commonPrefixLength(Uint8Array.of())).toBeUndefined();
  expect(distinctPrefixLengths(Uint8Array.of(32, 24, 0, 24, 128))).toEqual([0, 24, 32, 128]);
});

test('columns must fit each other', () => {
  expect(() => prefixColumns(128, new Uint32Array(4), new Uint8Array(2))).toThrow(RangeError);
  expect(() => aggregate(prefixColumns(32, new Uint32Array(1), Uint8Array.of(33)))).toThrow(RangeError);
});
