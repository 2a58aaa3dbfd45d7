/** Filters of `u32` in tables find what the same filters find one after another: read back from the text, and walked as the kernel does. */
import fastCheck from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entriesOf, type Entry } from '../../backends/tc/u32-entries.ts';
import { u32Filters } from '../../backends/tc/u32-tables.ts';
import type { AddressPrefix, Asked, MaskedByte } from '../../backends/tc/frame-filters.ts';
import type { Family } from '../../compiler/4-program/program.ts';
import type { Origin } from '../../compiler/model/index.ts';
import { U32 } from '../oracles/u32.ts';
import { count, seed } from '../sampling.ts';

const ORIGIN = {} as Origin;
const HEADERS = 40;

const NOTHING: Asked = {
  addresses: new Map(),
  protocols: undefined,
  services: undefined,
  ports: new Map(),
  flags: undefined,
  icmp: undefined,
  dscp: undefined,
  ttl: undefined,
};

/** Few values, so that prefixes meet. */
function prefix(family: Family): fastCheck.Arbitrary<AddressPrefix> {
  const bits = family === 4 ? 32 : 128;
  const bytes = fastCheck.array(fastCheck.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff), {
    minLength: bits / 8,
    maxLength: bits / 8,
  });
  return fastCheck
    .tuple(bytes, fastCheck.constantFrom(0, 1, 7, 8, 9, 16, 20, 24, 31, bits / 2, bits))
    .map(([drawn, length]) => {
      const value = drawn.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
      return { value: (value >> BigInt(bits - length)) << BigInt(bits - length), length };
    });
}

const maskedByte = (shift: number, bits: number): fastCheck.Arbitrary<MaskedByte> =>
  fastCheck.tuple(fastCheck.nat(2 ** bits - 1), fastCheck.nat(bits)).map(([value, length]) => {
    const mask = ((2 ** bits - 1) ^ (2 ** (bits - length) - 1)) << shift;
    return { value: (value << shift) & mask, mask };
  });

function asked(family: Family): fastCheck.Arbitrary<Asked> {
  const some = <T>(one: fastCheck.Arbitrary<T>): fastCheck.Arbitrary<readonly T[] | undefined> =>
    fastCheck.option(fastCheck.array(one, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 2 });
  return fastCheck
    .record({
      source: some(prefix(family)),
      destination: some(prefix(family)),
      protocols: family === 4 ? some(fastCheck.constantFrom(6, 17, 47)) : fastCheck.constant(undefined),
      dscp: fastCheck.option(fastCheck.array(maskedByte(2, 6), { minLength: 1, maxLength: 2 }), {
        nil: undefined,
        freq: 1,
      }),
      ttl: fastCheck.option(fastCheck.array(maskedByte(0, 8), { minLength: 1, maxLength: 2 }), {
        nil: undefined,
        freq: 1,
      }),
    })
    .map(({ source, destination, ...rest }) => ({
      addresses: new Map([
        ...(source ? [['source', source] as const] : []),
        ...(destination ? [['destination', destination] as const] : []),
      ]),
      services: undefined,
      ports: new Map(),
      flags: undefined,
      icmp: undefined,
      ...rest,
    }));
}

/** In order, with classes 1, 2, 3, … */
function entries(family: Family): fastCheck.Arbitrary<readonly Entry[]> {
  return fastCheck
    .array(asked(family), { maxLength: 60 })
    .map((all) => all.flatMap((one, at) => entriesOf(one, family, at + 1, ORIGIN, 1000)!));
}

/** A header at random, or one that an entry holds for, but for some bits. */
function header(list: readonly Entry[]): fastCheck.Arbitrary<Uint8Array> {
  return fastCheck
    .tuple(
      fastCheck.uint8Array({ minLength: HEADERS, maxLength: HEADERS }),
      fastCheck.nat(),
      fastCheck.option(fastCheck.nat(HEADERS * 8 - 1), { nil: undefined }),
    )
    .map(([bytes, which, flipped]) => {
      const one = list[which % Math.max(1, list.length)];
      const made = bytes.map((byte, at) => {
        const mask = one?.masks[at] ?? 0;
        return (byte & ~mask) | (one?.values[at] ?? 0);
      });
      if (flipped !== undefined) made[flipped >> 3]! ^= 1 << (flipped & 7);
      return made;
    });
}

/** The class of the first that holds; undefined: there is none. */
function firstOf(list: readonly Entry[], bytes: Uint8Array): number | undefined {
  return list.find(({ values, masks }) => masks.every((mask, at) => (bytes[at]! & mask) === values[at]))?.number;
}

describe('filters of u32', () => {
  test.each([4, 6] as const)('find in tables what they find one after another, IPv%d', (family) => {
    let withTables = 0;
    let longestSaved = 0;
    fastCheck.assert(
      fastCheck.property(
        entries(family).chain((list) =>
          fastCheck.tuple(fastCheck.constant(list), fastCheck.array(header(list), { minLength: 30, maxLength: 30 })),
        ),
        ([list, headers]) => {
          const made = u32Filters(new Map([[family, list]]))!;
          const kernel = new U32(made.filters);
          if (kernel.tables > 2) withTables += 1;
          longestSaved += list.length - made.longest;
          for (const bytes of headers) {
            const { found, asked: tried } = kernel.classify(family, bytes);
            expect(found).toBe(firstOf(list, bytes));
            expect(tried).toBeLessThanOrEqual(made.longest);
          }
        },
      ),
      { numRuns: count(150, 2000), seed },
    );
    expect(withTables).toBeGreaterThan(10);
    expect(longestSaved).toBeGreaterThan(0);
  });

  test('are none where a list or the tables would have no numbers left', () => {
    const of = (size: number, asks: (at: number) => Partial<Asked>): readonly Entry[] =>
      Array.from({ length: size }, (_, at) => entriesOf({ ...NOTHING, ...asks(at) }, 4, at + 1, ORIGIN, 1)!).flat();
    const alike = (): Partial<Asked> => ({ ttl: [{ value: 0x40, mask: 0x40 }] });
    expect(u32Filters(new Map([[4, of(4095, alike)]]))?.longest).toBe(4095);
    expect(u32Filters(new Map([[4, of(200_000, alike)]]))).toBeUndefined();
    // Six in each of 55 by 55 networks: 1 + 55 + 3,025 tables.
    const scattered = of(6 * 3025, (at) => {
      const [host, network] = [at % 6, Math.floor(at / 6)];
      const value = BigInt((network % 55) * 0x10000 + Math.floor(network / 55) * 0x100 + host);
      return { addresses: new Map([['source', [{ value, length: 32 }]]]) };
    });
    expect(u32Filters(new Map([[4, scattered]]))).toBeUndefined();
  });
});
