import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { MaskedValue } from '../../compiler/net/masked.ts';

const byte = fastCheck.nat(255);
const all = Array.from({ length: 256 }, (_, value) => value);

test('masked 8-bit values are what plain sets of numbers are', () => {
  fastCheck.assert(
    fastCheck.property(byte, byte, byte, byte, (value, mask, otherValue, otherMask) => {
      const [a, b] = [new MaskedValue(8, value, mask), new MaskedValue(8, otherValue, otherMask)];
      const inA = all.filter((each) => (each & mask) === (value & mask));
      const inB = all.filter((each) => (each & otherMask) === (otherValue & otherMask));
      const both = inA.filter((each) => inB.includes(each));
      expect(all.filter((each) => a.contains(each))).toEqual(inA);
      expect([...(a.toIntervalSet()?.values() ?? [])]).toEqual(inA);
      expect([...(a.intersect(b)?.toIntervalSet()?.values() ?? [])]).toEqual(both);
      expect(a.intersects(b)).toBe(both.length > 0);
      expect(a.isSubsetOf(b)).toBe(inA.every((each) => inB.includes(each)));
      expect(a.equals(b)).toBe(inA.join() === inB.join());
      expect(a.isFull()).toBe(inA.length === 256);
      const length = a.prefixLength();
      const isBlock = Math.max(...inA) - Math.min(...inA) === inA.length - 1;
      expect(length === undefined ? -1 : 2 ** (8 - length)).toBe(isBlock ? inA.length : -1);
    }),
  );
});

test('a prefix of 128 bits holds the values of its interval', () => {
  fastCheck.assert(
    fastCheck.property(fastCheck.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fastCheck.nat(128), (address, length) => {
      const masked = MaskedValue.ofPrefix(128, address, length);
      const host = (1n << BigInt(128 - length)) - 1n;
      expect([...masked.toIntervalSet()!.intervals()]).toEqual([[address & ~host, address | host]]);
      expect(masked.prefixLength()).toBe(length);
    }),
  );
});
