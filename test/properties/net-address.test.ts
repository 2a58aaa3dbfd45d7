import { isIPv4, isIPv6 } from 'node:net';
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatIpv4,
  formatIpv6,
  formatMac,
  parseIpv4,
  parseIpv4Prefix,
  parseIpv6,
  parseIpv6Prefix,
  parseMac,
} from '../../compiler/net/address.ts';

const word = fastCheck.integer({ min: 0, max: 0xffffffff });
/** IPv6 addresses with many zero groups, small groups and IPv4 addresses in them. */
const groups = fastCheck.array(
  fastCheck.oneof(fastCheck.constant(0), fastCheck.nat(15), fastCheck.nat(0xffff), fastCheck.constant(0xffff)),
  { minLength: 8, maxLength: 8 },
);
const valueOf = (parts: number[]) => parts.reduce((value, part) => (value << 16n) | BigInt(part), 0n);

test('IPv4 addresses come back as they were written', () => {
  fastCheck.assert(
    fastCheck.property(word, (address) => {
      expect(parseIpv4(formatIpv4(address))).toBe(address);
    }),
  );
});

test('IPv6 addresses come back as they were written, in the form of Node’s URL parser', () => {
  fastCheck.assert(
    fastCheck.property(groups, (parts) => {
      const address = valueOf(parts);
      const text = formatIpv6(address);
      expect(parseIpv6(text)).toBe(address);
      // URLs are serialised by the same rules, but never with an embedded IPv4 address.
      const mapped = address >> 32n === 0xffffn;
      expect(mapped || new URL(`http://[${text}]/`).hostname === `[${text}]`).toBe(true);
      expect(parseIpv6(parts.map((part) => part.toString(16).padStart(4, '0')).join(':'))).toBe(address);
    }),
  );
});

/** Texts that are addresses or almost. */
const almost = fastCheck
  .array(
    fastCheck.constantFrom(
      ':',
      '::',
      '.',
      '0',
      '1',
      '9',
      '25',
      '255',
      '256',
      'a',
      'F',
      'ffff',
      '1.2.3.4',
      '01',
      '/',
      'g',
    ),
    { maxLength: 18 },
  )
  .map((parts) => parts.join(''));

test('what is an address is what Node’s inet_pton says', () => {
  fastCheck.assert(
    fastCheck.property(almost, (text) => {
      expect(parseIpv4(text) !== undefined).toBe(isIPv4(text));
      expect(parseIpv6(text) !== undefined).toBe(isIPv6(text));
    }),
    { numRuns: 5000 },
  );
});

test('any text is read without an error', () => {
  fastCheck.assert(
    fastCheck.property(fastCheck.string({ unit: 'binary', maxLength: 60 }), (text) => {
      for (const parse of [parseIpv4, parseIpv6, parseMac, parseIpv4Prefix, parseIpv6Prefix]) {
        expect(parse(text)).toBe(undefined);
      }
    }),
  );
});

test('MAC addresses come back as they were written', () => {
  fastCheck.assert(
    fastCheck.property(fastCheck.bigInt({ min: 0n, max: (1n << 48n) - 1n }), (address) => {
      expect(parseMac(formatMac(address))).toBe(address);
      expect(parseMac(formatMac(address).toUpperCase().replaceAll(':', '-'))).toBe(address);
    }),
  );
});

test('prefixes name their network, and tell host bits', () => {
  fastCheck.assert(
    fastCheck.property(word, fastCheck.nat(32), (address, length) => {
      const network = Number((BigInt(address) >> BigInt(32 - length)) << BigInt(32 - length));
      expect(parseIpv4Prefix(`${formatIpv4(address)}/${length}`)).toEqual({
        address: network,
        length,
        hostBitsSet: network !== address,
      });
    }),
  );
  fastCheck.assert(
    fastCheck.property(groups, fastCheck.nat(128), (parts, length) => {
      const address = valueOf(parts);
      const network = (address >> BigInt(128 - length)) << BigInt(128 - length);
      expect(parseIpv6Prefix(`${formatIpv6(address)}/${length}`)).toEqual({
        address: network,
        length,
        hostBitsSet: network !== address,
      });
    }),
  );
});
