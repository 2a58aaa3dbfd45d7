import { describe, expect, test } from 'vitest';
import { MaskedValue } from '../../../compiler/net/masked.ts';

describe('a masked value', () => {
  test('ignores bits outside its mask', () => {
    const masked = new MaskedValue(32, 0x12ff, 0xff00);
    expect(masked.value).toBe(0x1200n);
    expect(masked.contains(0xabcd12ef)).toBe(true);
    expect(masked.contains(0x1300)).toBe(false);
  });

  test('knows its prefix length', () => {
    expect(new MaskedValue(32, 0x0a000000, 0xff000000).prefixLength()).toBe(8);
    expect(new MaskedValue(32, 0, 0).prefixLength()).toBe(0);
    expect(new MaskedValue(32, 5, 0xffffffff).prefixLength()).toBe(32);
    expect(new MaskedValue(32, 5, 0xff).prefixLength()).toBeUndefined();
    expect(new MaskedValue(32, 5, 0xff00ff00).prefixLength()).toBeUndefined();
    expect(MaskedValue.ofPrefix(128, 0x20010db8n << 96n, 32).prefixLength()).toBe(32);
    expect(MaskedValue.ofPrefix(8, 0xff, 3).value).toBe(0xe0n);
    expect(() => MaskedValue.ofPrefix(32, 0, 33)).toThrow(RangeError);
    expect(() => MaskedValue.ofPrefix(32, 0, -1)).toThrow(RangeError);
  });

  test('is an interval set where that is small', () => {
    expect(new MaskedValue(8, 0b0001, 0b1001).toIntervalSet()?.size()).toBe(64n);
    expect(new MaskedValue(4, 0b0001, 0b1001).toIntervalSet()?.toString()).toBe('1 3 5 7');
    expect(new MaskedValue(128, 0x20010db8n << 96n, 0xffffffffn << 96n).toIntervalSet()?.intervalCount).toBe(1);
    expect(new MaskedValue(16, 1, 1).toIntervalSet()?.intervalCount).toBe(32768);
    expect(new MaskedValue(17, 1, 1).toIntervalSet()?.intervalCount).toBe(65536);
    expect(new MaskedValue(18, 1, 1).toIntervalSet()).toBeUndefined();
    expect(new MaskedValue(128, 1, 0xffff).toIntervalSet()).toBeUndefined();
    expect(new MaskedValue(128, 0, 0).toIntervalSet()?.isFull()).toBe(true);
  });

  test('of another width is not combined, and values must fit', () => {
    const masked = new MaskedValue(8, 1, 1);
    const other = new MaskedValue(9, 1, 1);
    expect(masked.equals(other)).toBe(false);
    expect(() => masked.intersects(other)).toThrow(RangeError);
    expect(() => masked.isSubsetOf(other)).toThrow(RangeError);
    expect(() => masked.contains(256)).toThrow(RangeError);
    expect(() => new MaskedValue(8, 256, 1)).toThrow(RangeError);
    expect(() => new MaskedValue(8, 0, 256)).toThrow(RangeError);
  });
});
