import { describe, expect, test } from 'vitest';
import {
  jhash,
  jhash1Word,
  jhash2,
  jhash2Words,
  jhash3Words,
  nftablesJhash,
  reciprocalScale,
} from '../../../compiler/net/jhash.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('jhash', () => {
  // hashlittle() in Bob Jenkins' lookup3.c adds the length and the seed to the same constant; driver5() there gives these.
  test.each([
    ['', 0, 0xdeadbeef],
    ['', 0xdeadbeef, 0xbd5b7dde],
    ['Four score and seven years ago', 0, 0x17770551],
    ['Four score and seven years ago', 1, 0xcd628161],
  ])('of %j with seed %i is what lookup3.c gives', (text, seed, hash) => {
    expect(jhash(bytes(text), seed)).toBe(hash);
  });

  test('of whole words is jhash2 of the words as a little-endian processor reads them', () => {
    for (let length = 0; length <= 9; length++) {
      const words = Uint32Array.from({ length }, (_, i) => 0xf1234567 * (i + 1));
      const view = new DataView(new ArrayBuffer(length * 4));
      words.forEach((word, i) => view.setUint32(4 * i, word, true));
      expect(jhash(new Uint8Array(view.buffer), 77)).toBe(jhash2(words, 77));
    }
  });

  test('of a part of the words is that of the part', () => {
    const words = Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect(jhash2(words, 5, 2, 7)).toBe(jhash2(words.slice(2, 7), 5));
  });

  test('of one, two and three words is the hash of the array', () => {
    const [a, b, c] = [0xffffffff, 0x80000001, 3];
    expect(jhash1Word(a, 9)).toBe(jhash2(Uint32Array.of(a), 9));
    expect(jhash2Words(a, b, 9)).toBe(jhash2(Uint32Array.of(a, b), 9));
    expect(jhash3Words(a, b, c, 0xfffffff0)).toBe(jhash2(Uint32Array.of(a, b, c), 0xfffffff0));
  });

  test('reads the last bytes one by one', () => {
    const hashes = new Set(Array.from({ length: 30 }, (_, length) => jhash(new Uint8Array(length), 0)));
    expect(hashes.size).toBe(30);
  });
});

describe('nftables jhash', () => {
  const source = [127, 0, 0, 9];
  const destination = [127, 0, 0, 2];
  const sourcePort = [0x9c, 0x40, 0, 0];
  const destinationPort = [0x12, 0x34, 0, 0];
  const udp = [17, 0, 0, 0];
  const flow = [...source, ...destination, ...sourcePort, ...destinationPort, ...udp];

  // What `meta mark set jhash …` gave for a UDP packet from 127.0.0.9:40000 to 127.0.0.2:4660 on Linux 6.18.
  test.each([
    ['ip daddr', destination, 4294967295, 0x1234, 0, 0x432feb85],
    ['ip saddr . ip daddr', [...source, ...destination], 4294967295, 0xdeadbeef, 0, 0xf2b49d35],
    [
      'ip saddr . udp dport . ip daddr . ip protocol',
      [...source, ...destinationPort, ...destination, ...udp],
      4294967295,
      7,
      0,
      0x426be50d,
    ],
    ['the whole flow, for a Maglev table', flow, 65537, 0x5eed, 0, 0x0000ee29],
    ['the whole flow, with an offset', flow, 4294967000, 0x5eed, 3, 0xee2887fb],
  ])('of %s is what the kernel computes', (_, key, modulus, seed, offset, mark) => {
    expect(nftablesJhash(Uint8Array.from(key), modulus, seed, offset)).toBe(mark);
  });

  test('scales by the upper bits', () => {
    expect(reciprocalScale(0, 65537)).toBe(0);
    expect(reciprocalScale(0xffffffff, 65537)).toBe(65536);
    expect(reciprocalScale(0x80000000, 10)).toBe(5);
  });
});
