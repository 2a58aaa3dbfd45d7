/**
 * What nftables keeps in the kernel's memory, in bytes of what is charged to whoever loads it. Tables are counted as
 * the kernel makes them (net/netfilter/nft_set_hash.c, nft_set_rbtree.c, nft_set_pipapo.c of Linux 6.18); of what lies in
 * slabs, the sizes were measured: by how much hundreds and thousands of a kind more let memory.kmem.usage_in_bytes grow (nft 1.0.6,
 * Linux 6.18, x86-64, two processors). Other builds of the kernel have other slabs: it is an
 * estimate. Chains that are written twice, for later fragments, are counted once.
 */
import type { MemorySizes } from '../../compiler/cost/memory.ts';

/** A rule without expressions, and its copy among the rules that packets walk (`nft_rule_blob`), with their comment. */
const RULE = 230;
/** An expression, in both. A match of an address loads and compares, in a table for both families the family as well. */
const EXPRESSION = 35;
const EXPRESSIONS_OF_MATCH = 3;

/** One element of a hash table, with its key, and the verdict or chain beside it. */
const HASH_ELEMENT = 72;
/** Two nodes of a red-black tree: the interval's beginning, and what comes behind its end. */
const INTERVAL = 182;
/** One element of several fields, with the ends of its key. */
const CONCATENATED_ELEMENT = 104;
/** `struct nft_set`, which what is found in it follows at once; and what lies beside it, its name among that. */
const SET = 480;
const BESIDE_SET = 88;

/** Lookup tables above this are made of groups of 4 bits, not 8 (`NFT_PIPAPO_LT_SIZE_HIGH`). */
const LARGEST_WIDE_TABLE = 2 ** 21;
/** Where each value of a field goes on in the next (`union nft_pipapo_map_bucket`). */
const MAPPING = 8;

export const memory: MemorySizes = {
  rule: (matches, statements) => RULE + EXPRESSION * (EXPRESSIONS_OF_MATCH * matches + statements),
  chain: 370,
  // Ports are a map of bits, two for each port there can be (nft_set_bitmap.c), as are protocols.
  set: (elements, key) => {
    const [bytes] = key;
    const isBitmap = key.length === 1 && bytes! <= 2;
    return setOf(isBitmap ? 2 ** (8 * bytes!) / 4 : 8 * bucketsFor(elements)) + elements * HASH_ELEMENT;
  },
  hash: (elements) => setOf(8 * bucketsFor(elements * HEADROOM)) + elements * HASH_ELEMENT,
  interval: (intervals) => setOf(0) + intervals * INTERVAL,
  concatenatedInterval: (elements, key) =>
    setOf(0) +
    elements * CONCATENATED_ELEMENT +
    key.reduce((sum, bytes) => sum + allocated(lookupTable(elements, bytes)) + allocated(elements * MAPPING), 0),
};

function setOf(bytes: number): number {
  return allocated(SET + bytes) + BESIDE_SET;
}

/** Room for what is added before the next build (set-size.ts). */
const HEADROOM = 1.25;

/** The buckets for a declared size, three quarters full (`nft_hash_buckets`); sizes of maps are powers of two. */
function bucketsFor(elements: number): number {
  return upToPower((upToPower(elements) * 4) / 3);
}

/** For each group of bits of a field and each of its values, a bit for each element, 256 at a time. */
function lookupTable(elements: number, bytes: number): number {
  const bitmap = 32 * Math.ceil(elements / 256);
  const wide = bytes * 256 * bitmap;
  return (wide <= LARGEST_WIDE_TABLE ? wide : 2 * bytes * 16 * bitmap) + bitmap;
}

/** Memory is given out in powers of two (`kmalloc`). */
function allocated(bytes: number): number {
  return upToPower(bytes);
}

function upToPower(value: number): number {
  return value <= 1 ? 1 : 2 ** Math.ceil(Math.log2(value));
}
