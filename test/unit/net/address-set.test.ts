import { describe, expect, test } from 'vitest';
import { AddressSet, formatInterval } from '../../../compiler/net/address-set.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';

function addresses(...texts: string[]): AddressSet {
  return AddressSet.unionOf(
    texts.map((text) => {
      const set = AddressSet.parse(text);
      if (typeof set === 'string') {
        throw new Error(`${text}: ${set}`);
      }
      return set;
    }),
  );
}

describe('texts', () => {
  test.each([
    '10.0.0.1',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.1-10.0.0.9',
    '2001:db8::/32',
    '2001:db8::1',
    '2001:db8::1-2001:db8::ff',
  ])('%s is read and written', (text) => {
    expect(addresses(text).toString()).toBe(text);
  });

  test('a range that is a prefix is written as one, unless ranges are asked for', () => {
    const set = addresses('10.0.0.0-10.0.0.255', '::-::f', '10.2.0.0-10.2.0.2', '9.9.9.9-9.9.9.9');
    expect(set.toString()).toBe('9.9.9.9, 10.0.0.0/24, 10.2.0.0-10.2.0.2, ::/124');
    expect([...set.texts('range')]).toEqual(['9.9.9.9', '10.0.0.0-10.0.0.255', '10.2.0.0-10.2.0.2', '::-::f']);
  });

  test('an interval of a set of either width is written by itself', () => {
    expect(formatInterval(addresses('10.0.0.1', '10.4.0.0/14').ipv4, 1)).toBe('10.4.0.0/14');
    expect(formatInterval(addresses('::/127').ipv6, 0, 'range')).toBe('::-::1');
  });

  test.each([
    ['10.0.0.1/8', 'host bits set'],
    ['2001:db8::1/64', 'host bits set'],
    ['10.0.0.9-10.0.0.1', 'range ends before it starts'],
    ['::2-::1', 'range ends before it starts'],
    ['10.0.0.0/33', 'malformed'],
    ['10.0.0.1-::2', 'malformed'],
    ['::1-10.0.0.1', 'malformed'],
    ['10.0.0.1-', 'malformed'],
    ['-', 'malformed'],
    ['10.0.0.0/8-11.0.0.0/8', 'malformed'],
    ['', 'malformed'],
    ['example', 'malformed'],
  ])('%j is refused: %s', (text, error) => {
    expect(AddressSet.parse(text)).toBe(error);
  });
});

describe('algebra', () => {
  const a = addresses('10.0.0.0/8', '2001:db8::/32');
  const b = addresses('10.1.0.0/16', '192.0.2.0/24');

  test('goes by family', () => {
    expect(a.union(b).toString()).toBe('10.0.0.0/8, 192.0.2.0/24, 2001:db8::/32');
    expect(a.intersect(b).toString()).toBe('10.1.0.0/16');
    expect(b.subtract(a).toString()).toBe('192.0.2.0/24');
    expect(a.complement().union(a).isFull()).toBe(true);
    expect(a.complement().intersects(a)).toBe(false);
    expect(a.size()).toBe(2n ** 24n + 2n ** 96n);
    expect(a.intersect(b).isSubsetOf(a)).toBe(true);
    expect(b.isSubsetOf(a)).toBe(false);
    expect(addresses('2001:db8::1').isSubsetOf(b)).toBe(false);
    expect(a.intersects(addresses('2001:db8::1'))).toBe(true);
    expect([a.containsIpv4(0x0a000001), a.containsIpv4(0x0b000000)]).toEqual([true, false]);
    expect([a.containsIpv6(0x20010db8n << 96n), a.containsIpv6(0n)]).toEqual([true, false]);
  });

  test('knows which families are there', () => {
    expect(a.families()).toEqual(['ipv4', 'ipv6']);
    expect(b.families()).toEqual(['ipv4']);
    expect(a.only('ipv6').families()).toEqual(['ipv6']);
    expect(a.only('ipv4').toString()).toBe('10.0.0.0/8');
    expect(AddressSet.empty.families()).toEqual([]);
    expect(AddressSet.fullOf('ipv4').subtract(b).union(b).toString()).toBe('0.0.0.0/0');
    expect(AddressSet.fullOf('ipv6').isFull()).toBe(false);
    expect(AddressSet.fullOf('ipv6').union(AddressSet.fullOf('ipv4')).equals(AddressSet.full)).toBe(true);
  });

  test('equal sets have equal hashes and names, a set in the other family others', () => {
    const again = addresses('10.128.0.0/9', '10.0.0.0/9', '2001:db8::/32');
    expect(again.equals(a)).toBe(true);
    expect([again.hash(), again.fingerprint()]).toEqual([a.hash(), a.fingerprint()]);
    expect(addresses('0.0.0.0').fingerprint()).not.toBe(addresses('::').fingerprint());
    expect(addresses('0.0.0.0').equals(addresses('::'))).toBe(false);
    expect(AddressSet.empty.isEmpty()).toBe(true);
    expect(addresses('::').isEmpty()).toBe(false);
  });

  test('takes 32 and 128 bits only', () => {
    expect(() => AddressSet.of(IntervalSet.empty(128), IntervalSet.empty(32))).toThrow(RangeError);
  });
});
