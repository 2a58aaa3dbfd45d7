/**
 * Bob Jenkins' hash as the Linux kernel computes it (include/linux/jhash.h, which is lookup3.c of 2006), and what
 * nftables makes of it (net/netfilter/nft_hash.c). All results are unsigned 32-bit numbers.
 *
 * The kernel reads whole words of a byte string in the processor's own byte order; these functions give what a
 * little-endian kernel computes.
 */

/** JHASH_INITVAL, "an arbitrary initial parameter". */
const INITIAL = 0xdeadbeef;

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** __jhash_final: the last mixing of three words; returns the third. */
function finalMix(a: number, b: number, c: number): number {
  c ^= b;
  c = (c - rotateLeft(b, 14)) | 0;
  a ^= c;
  a = (a - rotateLeft(c, 11)) | 0;
  b ^= a;
  b = (b - rotateLeft(a, 25)) | 0;
  c ^= b;
  c = (c - rotateLeft(b, 16)) | 0;
  a ^= c;
  a = (a - rotateLeft(c, 4)) | 0;
  b ^= a;
  b = (b - rotateLeft(a, 14)) | 0;
  c ^= b;
  c = (c - rotateLeft(b, 24)) | 0;
  return c >>> 0;
}

/** The hash of `length` words from index `from` on, where `lengthInBytes` is what the kernel would count. */
function hashWords(words: Uint32Array, from: number, length: number, lengthInBytes: number, seed: number): number {
  let a = (INITIAL + lengthInBytes + seed) | 0;
  let b = a;
  let c = a;
  let i = from;
  let rest = length;
  while (rest > 3) {
    a = (a + words[i]!) | 0;
    b = (b + words[i + 1]!) | 0;
    c = (c + words[i + 2]!) | 0;
    // __jhash_mix
    a = (a - c) ^ rotateLeft(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotateLeft(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotateLeft(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotateLeft(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotateLeft(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotateLeft(b, 4);
    b = (b + a) | 0;
    i += 3;
    rest -= 3;
  }
  if (rest === 0) {
    return c >>> 0;
  }
  a = (a + words[i]!) | 0;
  b = (b + (rest > 1 ? words[i + 1]! : 0)) | 0;
  c = (c + (rest > 2 ? words[i + 2]! : 0)) | 0;
  return finalMix(a, b, c);
}

/** jhash(): the hash of a byte string with a seed (the kernel's `initval`). */
export function jhash(key: Uint8Array, seed: number): number {
  // Bytes past the end count as zero, which is how the kernel's switch over the last 12 bytes adds them up.
  const words = new Uint32Array((key.length + 3) >>> 2);
  for (let i = 0; i < key.length; i++) {
    words[i >>> 2]! |= key[i]! << (8 * (i & 3));
  }
  return hashWords(words, 0, words.length, key.length, seed);
}

/** jhash2(): the hash of an array of 32-bit words, or of the part of it from `start` up to, not including, `end`. */
export function jhash2(words: Uint32Array, seed: number, start = 0, end = words.length): number {
  return hashWords(words, start, end - start, (end - start) * 4, seed);
}

/** jhash_1word() */
export function jhash1Word(a: number, seed: number): number {
  const initial = INITIAL + 4 + seed;
  return finalMix((a + initial) | 0, initial | 0, initial | 0);
}

/** jhash_2words() */
export function jhash2Words(a: number, b: number, seed: number): number {
  const initial = INITIAL + 8 + seed;
  return finalMix((a + initial) | 0, (b + initial) | 0, initial | 0);
}

/** jhash_3words() */
export function jhash3Words(a: number, b: number, c: number, seed: number): number {
  const initial = INITIAL + 12 + seed;
  return finalMix((a + initial) | 0, (b + initial) | 0, (c + initial) | 0);
}

/** reciprocal_scale() of include/linux/math.h: maps a 32-bit hash to 0 … range − 1 by its upper bits, without a division. */
export function reciprocalScale(value: number, range: number): number {
  return Number((BigInt(value) * BigInt(range)) >> 32n);
}

/**
 * What the nftables expression `jhash KEY mod MODULUS seed SEED offset OFFSET` gives. `key` holds the registers' bytes:
 * each field of a concatenation in network byte order, padded with zeros to a multiple of four bytes.
 */
export function nftablesJhash(key: Uint8Array, modulus: number, seed: number, offset = 0): number {
  return reciprocalScale(jhash(key, seed), modulus) + offset;
}
