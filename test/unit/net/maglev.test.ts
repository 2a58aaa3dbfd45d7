import { describe, expect, test } from 'vitest';
import { isPrime, MaglevError, maglevTable, type MaglevBackend } from '../../../compiler/net/maglev.ts';

const equalBackends = (count: number): MaglevBackend[] =>
  Array.from({ length: count }, (_, i) => ({ name: `10.0.${i >> 8}.${i & 255}`, weight: 1 }));

function shares(table: Uint32Array, backendCount: number): number[] {
  const entries = Array.from({ length: backendCount }, () => 0);
  for (const backend of table) {
    entries[backend]!++;
  }
  return entries;
}

/** The table as names of backends, which does not depend on their order. */
const names = (backends: MaglevBackend[], size: number): string[] =>
  Array.from(maglevTable(backends, size), (index) => backends[index]!.name);

describe('a Maglev table', () => {
  test.each([1, 2, 3, 100, 1000])('gives %i equal backends shares that differ by one entry at most', (count) => {
    const entries = shares(maglevTable(equalBackends(count), 65537), count);
    expect(Math.max(...entries) - Math.min(...entries)).toBeLessThanOrEqual(1);
    expect(entries.reduce((sum, share) => sum + share, 0)).toBe(65537);
  });

  test('gives shares in proportion to weights', () => {
    const weights = [1, 2, 5, 92, 0];
    const backends = weights.map((weight, i) => ({ name: `backend ${i}`, weight }));
    const entries = shares(maglevTable(backends, 65537), weights.length);
    weights.forEach((weight, i) => {
      expect(Math.abs(entries[i]! - (65537 * weight) / 100)).toBeLessThanOrEqual(3);
    });
    expect(entries[4]).toBe(0);
  });

  test('has room for each backend with a share, however small', () => {
    const backends = [{ name: 'large', weight: 65535 }, ...equalBackends(6)];
    expect(Math.min(...shares(maglevTable(backends, 7), 7))).toBe(1);
  });

  test('moves few entries of others when a backend goes', () => {
    const backends = equalBackends(100);
    const before = names(backends, 65537);
    for (const gone of [0, 42, 99]) {
      const after = names(
        backends.filter((_, i) => i !== gone),
        65537,
      );
      const moved = before.filter((name, i) => name !== backends[gone]!.name && name !== after[i]).length;
      // One in a hundred had to move; all others would move if the table were made by division.
      expect(moved).toBeGreaterThan(0);
      expect(moved / 65537).toBeLessThan(0.03);
    }
  });

  test('does not depend on the order of its backends', () => {
    const backends = equalBackends(50);
    expect(names(backends.toReversed(), 251)).toEqual(names(backends, 251));
  });

  test('follows each backend’s permutation: alone, it fills every entry; in round one, it has its first wish', () => {
    const table = maglevTable([{ name: 'a', weight: 1 }], 13);
    expect([...table]).toEqual(Array.from({ length: 13 }, () => 0));
    const two = maglevTable(
      [
        { name: 'b', weight: 1 },
        { name: 'a', weight: 1 },
      ],
      2,
    );
    expect([...two].toSorted((x, y) => x - y)).toEqual([0, 1]);
  });

  test('stays what it is from version to version', () => {
    expect([...maglevTable(equalBackends(3), 13)]).toMatchInlineSnapshot(`
      [
        0,
        2,
        0,
        1,
        1,
        1,
        1,
        2,
        0,
        0,
        0,
        2,
        2,
      ]
    `);
  });

  test.each([
    ['a size that is not prime', [{ name: 'a', weight: 1 }], 65536, /must be prime, which 65536 is not/],
    ['fewer entries than backends', equalBackends(4), 3, /3 entries has no room for 4 backends/],
    ['no backends', [], 7, /no backend has a weight above 0/],
    ['no weights', [{ name: 'a', weight: 0 }], 7, /no backend has a weight above 0/],
    ['a negative weight', [{ name: 'a', weight: -1 }], 7, /backend a has weight -1/],
    ['half a weight', [{ name: 'a', weight: 0.5 }], 7, /backend a has weight 0.5/],
    ['a name twice', [...equalBackends(2), { name: '10.0.0.1', weight: 2 }], 7, /two backends are called 10\.0\.0\.1/],
  ])('is refused for %s', (_, backends, size, message) => {
    const make = () => maglevTable(backends, size);
    expect(make).toThrow(MaglevError);
    expect(make).toThrow(message);
  });
});

test('primes are told from other numbers', () => {
  const primes = Array.from({ length: 50 }, (_, n) => n).filter(isPrime);
  expect(primes).toEqual([2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47]);
  expect([65537, 65536, 2.5, -7, Number.NaN].map(isPrime)).toEqual([true, false, false, false, false]);
});
