import { describe, expect, test } from 'vitest';
import {
  formatIpv4,
  formatIpv6,
  formatMac,
  parseIpv4,
  parseIpv4Prefix,
  parseIpv6,
  parseIpv6Prefix,
  parseMac,
} from '../../../compiler/net/address.ts';
import {
  parseIpv4Bytes,
  parseIpv4PrefixBytes,
  parseIpv6Bytes,
  parseIpv6PrefixBytes,
  parseMacBytes,
} from '../../../compiler/net/address-bytes.ts';
import { writeIpv4Bytes, writeIpv6Bytes } from '../../../compiler/net/address-writer.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('IPv4', () => {
  test.each([
    ['0.0.0.0', 0],
    ['10.1.2.3', 0x0a010203],
    ['192.0.2.255', 0xc00002ff],
    ['255.255.255.255', 0xffffffff],
  ])('%s is read and written', (text, address) => {
    expect(parseIpv4(text)).toBe(address);
    expect(formatIpv4(address)).toBe(text);
  });

  test.each([
    ['', 'nothing'],
    ['1.2.3', 'three parts'],
    ['1.2.3.4.5', 'five parts'],
    ['1.2.3.', 'an empty part'],
    ['.1.2.3', 'an empty first part'],
    ['1..2.3', 'an empty part within'],
    ['1.2.3.256', 'a part above 255'],
    ['1.2.3.1000', 'four digits'],
    ['01.2.3.4', 'a leading zero'],
    ['1.2.3.00', 'two zeros'],
    [' 1.2.3.4', 'a space before'],
    ['1.2.3.4 ', 'a space after'],
    ['1.2.3.a', 'a letter'],
    ['+1.2.3.4', 'a sign'],
    ['１.2.3.4', 'a digit that is not ASCII'],
    ['16909060', 'a number'],
  ])('%j is refused: %s', (text) => {
    expect(parseIpv4(text)).toBeUndefined();
  });

  test('is read from the middle of a buffer, and nothing around it counts', () => {
    const text = bytes('9,10.0.0.1,9');
    expect(parseIpv4Bytes(text, 2, 10)).toBe(0x0a000001);
    expect(parseIpv4Bytes(text, 2, 11)).toBe(-1);
    expect(parseIpv4Bytes(text, 0, 10)).toBe(-1);
    expect(parseIpv4Bytes(text, 4, 10)).toBe(-1);
  });
});

describe('IPv6', () => {
  test.each([
    ['::', 0n],
    ['::1', 1n],
    ['1::', 1n << 112n],
    ['2001:db8::8:800:200c:417a', 0x20010db80000000000080800200c417an],
    ['FF01:0:0:0:0:0:0:101', 0xff010000000000000000000000000101n],
    ['1:2:3:4:5:6:7:8', 0x00010002000300040005000600070008n],
    ['1:2:3:4:5:6:7::', 0x00010002000300040005000600070000n],
    ['::2:3:4:5:6:7:8', 0x00000002000300040005000600070008n],
    ['0001:0002::0008', 0x00010002000000000000000000000008n],
    ['::13.1.68.3', 0x0d014403n],
    ['::FFFF:129.144.52.38', 0xffff81903426n],
    ['64:ff9b::192.0.2.33', 0x0064ff9b0000000000000000c0000221n],
    ['1:2:3:4:5:6:1.2.3.4', 0x00010002000300040005000601020304n],
    ['1::5:6:1.2.3.4', 0x00010000000000000005000601020304n],
  ])('%s is read as RFC 4291 has it', (text, address) => {
    expect(parseIpv6(text)).toBe(address);
  });

  test.each([
    '',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '1:2:3:4::5:6:7:8',
    '1::2::3',
    ':1::2',
    '1::2:',
    ':1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7:8:',
    '12345::',
    '::g',
    '::1.2.3',
    '::1.2.3.4.5',
    '::256.2.3.4',
    '::01.2.3.4',
    '::1.2.3.4:5',
    '1.2.3.4::',
    '1.2.3.4',
    '1:2:3:4:5:6:7:1.2.3.4',
    '1:2:3:4:5:1.2.3.4',
    '::a.2.3.4',
    'fe80::1%eth0',
    '[::1]',
    ' ::1',
    '::1 ',
  ])('%j is refused', (text) => {
    expect(parseIpv6(text)).toBeUndefined();
  });

  // RFC 5952, section 4: leading zeros, the longest run, the first of equal ones, no `::` for one group, lower case.
  test.each([
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['0:0:1:2:3:4:5:6', '::1:2:3:4:5:6'],
    ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['::ffff:0:0', '::ffff:0.0.0.0'],
    ['::c000:201', '::c000:201'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['10:100:1000:f:ff:fff:ffff:0', '10:100:1000:f:ff:fff:ffff:0'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatIpv6(parseIpv6(text)!)).toBe(canonical);
  });

  test('is read into its row and leaves the rows around it alone', () => {
    const words = new Uint32Array(12).fill(7);
    expect(parseIpv6Bytes(bytes('x::5y'), 1, 4, words, 1)).toBe(true);
    expect([...words]).toEqual([7, 7, 7, 7, 0, 0, 0, 5, 7, 7, 7, 7]);
    expect(parseIpv6Bytes(bytes('::x'), 0, 3, words, 1)).toBe(false);
    expect([...words]).toEqual([7, 7, 7, 7, 0, 0, 0, 5, 7, 7, 7, 7]);
  });

  test('beyond 128 bits is no address', () => {
    expect(() => formatIpv6(1n << 128n)).toThrow(RangeError);
    expect(() => formatIpv6(-1n)).toThrow(RangeError);
  });
});

test('addresses are written into a buffer one after another', () => {
  const out = new Uint8Array(64);
  const words = Uint32Array.of(0, 0, 0, 0, 0x20010db8, 0, 0, 1);
  let at = writeIpv4Bytes(0x0a0000ff, out, 0);
  out[at++] = 0x2c;
  at = writeIpv6Bytes(words, 1, out, at);
  expect(new TextDecoder().decode(out.subarray(0, at))).toBe('10.0.0.255,2001:db8::1');
});

describe('MAC addresses', () => {
  test('are read with either separator and written with colons', () => {
    expect(parseMac('00:1b:44:11:3A:B7')).toBe(0x001b44113ab7n);
    expect(parseMac('00-1B-44-11-3a-b7')).toBe(0x001b44113ab7n);
    expect(formatMac(0x001b44113ab7n)).toBe('00:1b:44:11:3a:b7');
    expect(formatMac(0xffffffffffffn)).toBe('ff:ff:ff:ff:ff:ff');
  });

  test.each([
    '',
    '00:1b:44:11:3a',
    '00:1b:44:11:3a:b7:00',
    '00:1b-44:11:3a:b7',
    '0:1b:44:11:3a:b7c',
    '00:1b:44:11:3a:bg',
  ])('%j is refused', (text) => {
    expect(parseMac(text)).toBeUndefined();
  });

  test('go into a column of 48-bit values', () => {
    const words = new Uint32Array(8).fill(9);
    expect(parseMacBytes(bytes('ff:fe:fd:fc:fb:fa'), 0, 17, words, 1)).toBe(true);
    expect([...words]).toEqual([9, 9, 9, 9, 0, 0, 0xfffe, 0xfdfcfbfa]);
  });
});

describe('prefixes', () => {
  test('are read, and a lone address is one of full length', () => {
    expect(parseIpv4Prefix('10.0.0.0/8')).toEqual({ address: 0x0a000000, length: 8, hostBitsSet: false });
    expect(parseIpv4Prefix('10.0.0.1')).toEqual({ address: 0x0a000001, length: 32, hostBitsSet: false });
    expect(parseIpv4Prefix('0.0.0.0/0')).toEqual({ address: 0, length: 0, hostBitsSet: false });
    expect(parseIpv6Prefix('2001:db8::/32')).toEqual({ address: 0x20010db8n << 96n, length: 32, hostBitsSet: false });
    expect(parseIpv6Prefix('::1')).toEqual({ address: 1n, length: 128, hostBitsSet: false });
    expect(parseIpv6Prefix('0102:0304:0506:0708:090a:0b0c:255.255.255.255/128')?.length).toBe(128);
  });

  test('with host bits name the network that they lie in, and say so', () => {
    expect(parseIpv4Prefix('10.1.2.3/8')).toEqual({ address: 0x0a000000, length: 8, hostBitsSet: true });
    expect(parseIpv4Prefix('255.255.255.255/0')).toEqual({ address: 0, length: 0, hostBitsSet: true });
    expect(parseIpv6Prefix('2001:db8::1/64')).toEqual({ address: 0x20010db8n << 96n, length: 64, hostBitsSet: true });
    expect(parseIpv6Prefix('8000::/0')).toEqual({ address: 0n, length: 0, hostBitsSet: true });
  });

  test.each([
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/8 ',
    '10.0.0/8',
    '/8',
  ])('%j is no IPv4 prefix', (text) => {
    expect(parseIpv4Prefix(text)).toBeUndefined();
  });

  test.each(['::/', '::/129', '::/064', '::/1280', '::/x', '10.0.0.0/8', '/64'])('%j is no IPv6 prefix', (text) => {
    expect(parseIpv6Prefix(text)).toBeUndefined();
  });

  test('go into columns row by row; a malformed one changes nothing, and what stands after the end does not count', () => {
    const addresses = new Uint32Array(3).fill(1);
    const lengths = new Uint8Array(3).fill(99);
    const text = bytes('10.0.0.0/8,x,10.0.0.1/24');
    expect(parseIpv4PrefixBytes(text, 0, 10, addresses, lengths, 0)).toBe('prefix');
    expect(parseIpv4PrefixBytes(text, 11, 12, addresses, lengths, 1)).toBe('malformed');
    expect(parseIpv4PrefixBytes(text, 13, 24, addresses, lengths, 2)).toBe('host bits set');
    expect([...addresses]).toEqual([0x0a000000, 1, 0x0a000000]);
    expect([...lengths]).toEqual([8, 99, 24]);
    // Without its slash the text is a lone address: the slash after its end belongs to someone else.
    expect(parseIpv4PrefixBytes(text, 0, 8, addresses, lengths, 1)).toBe('prefix');
    expect(lengths[1]).toBe(32);
    const words = new Uint32Array(8).fill(1);
    expect(parseIpv6PrefixBytes(bytes('::/129'), 0, 6, words, lengths, 1)).toBe('malformed');
    expect([...words]).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(parseIpv6PrefixBytes(bytes('fe80::/10'), 0, 9, words, lengths, 1)).toBe('prefix');
    expect([...words]).toEqual([1, 1, 1, 1, 0xfe800000, 0, 0, 0]);
    expect([...lengths]).toEqual([8, 10, 24]);
  });
});
