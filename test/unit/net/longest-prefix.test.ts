import { describe, expect, test } from 'vitest';
import { parseIpv4, parseIpv4Prefix, parseIpv6, parseIpv6Prefix } from '../../../compiler/net/address.ts';
import { findOverlap, LongestPrefixMap } from '../../../compiler/net/longest-prefix.ts';
import { prefixColumns } from '../../../compiler/net/prefixes.ts';
import { writeValue } from '../../../compiler/net/words.ts';

function columns(width: 32 | 128, texts: string[]) {
  const addresses = new Uint32Array((texts.length * width) / 32);
  const lengths = new Uint8Array(texts.length);
  texts.forEach((text, row) => {
    const prefix = (width === 32 ? parseIpv4Prefix(text) : parseIpv6Prefix(text))!;
    writeValue(width, prefix.address, addresses, row);
    lengths[row] = prefix.length;
  });
  return prefixColumns(width, addresses, lengths);
}

describe('the longest prefix', () => {
  const map = new LongestPrefixMap(
    columns(32, ['10.1.0.0/16', '10.0.0.0/8', '10.1.2.0/24', '10.1.3.0/24', '255.255.255.255', '10.1.2.0/24']),
  );

  test.each([
    ['9.255.255.255', -1],
    ['10.0.0.0', 1],
    ['10.1.1.255', 0],
    ['10.1.2.0', 2],
    ['10.1.2.255', 2],
    ['10.1.3.0', 3],
    ['10.1.4.0', 0],
    ['10.2.0.0', 1],
    ['11.0.0.0', -1],
    ['255.255.255.254', -1],
    ['255.255.255.255', 4],
    ['0.0.0.0', -1],
  ])('for %s is row %i', (address, row) => {
    expect(map.lookup(parseIpv4(address)!)).toBe(row);
  });

  test('may be the default route, to the last address', () => {
    const withDefault = new LongestPrefixMap(columns(32, ['0.0.0.0/0', '255.0.0.0/8', '0.0.0.0/32']));
    expect(withDefault.lookup(0)).toBe(2);
    expect(withDefault.lookup(1)).toBe(0);
    expect(withDefault.lookup(0xffffffff)).toBe(1);
    expect(new LongestPrefixMap(columns(32, ['0.0.0.0/0'])).lookup(0)).toBe(0);
  });

  test('of IPv6, and by column', () => {
    const wide = new LongestPrefixMap(columns(128, ['2001:db8::/32', '2001:db8:1::/48', '::/0']));
    expect(wide.lookup(parseIpv6('2001:db8:1::5')!)).toBe(1);
    expect(wide.lookup(parseIpv6('2001:db8:2::')!)).toBe(0);
    expect(wide.lookup(parseIpv6('ffff::')!)).toBe(2);
    expect(wide.lookupAt(Uint32Array.of(0, 0, 0, 0, 0x20010db8, 0x10000, 0, 0), 1)).toBe(1);
  });

  test('of no rows is none', () => {
    expect(new LongestPrefixMap(columns(32, [])).lookup(5)).toBe(-1);
  });
});

describe('overlapping prefixes', () => {
  test('are named by row', () => {
    expect(findOverlap(columns(32, ['10.0.0.0/8', '192.0.2.0/24', '10.0.0.0/8']))).toEqual([0, 2]);
    expect(findOverlap(columns(32, ['192.0.2.7', '10.0.0.0/8', '192.0.2.0/24']))).toEqual([0, 2]);
    expect(findOverlap(columns(32, ['10.0.0.0/9', '10.128.0.0/9', '11.0.0.0/8']))).toBeUndefined();
    expect(findOverlap(columns(128, ['2001:db8::/48', '2001:db8:1::/48', '2001:db8:1:1::/64']))).toEqual([1, 2]);
    expect(findOverlap(columns(128, ['2001:db8::/48', '2001:db8:1::/48']))).toBeUndefined();
    expect(findOverlap(columns(32, []))).toBeUndefined();
  });
});
