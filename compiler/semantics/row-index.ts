/**
 * Rows by what stands in a column, found by a hash: in chains that go through two arrays, so that the index of 200,000
 * rows is made in milliseconds. Equal cells are in one chain, and so may be others: who asks looks again.
 */
import type { Column } from '../model/table.ts';
import { writeValue } from '../net/words.ts';

class RowIndex {
  /** The first row of each chain; -1: none. */
  readonly #heads: Int32Array;
  /** For each row, the next in its chain. */
  readonly #next: Int32Array;

  constructor(rowCount: number) {
    this.#heads = new Int32Array(2 ** Math.ceil(Math.log2(rowCount + 1))).fill(-1);
    this.#next = new Int32Array(rowCount);
  }

  add(hash: number, row: number): void {
    const chain = hash & (this.#heads.length - 1);
    this.#next[row] = this.#heads[chain]!;
    this.#heads[chain] = row;
  }

  rowsOf(hash: number): number[] {
    const rows: number[] = [];
    for (let row = this.#heads[hash & (this.#heads.length - 1)]!; row >= 0; row = this.#next[row]!) rows.push(row);
    return rows;
  }
}

/** Rows by a number. */
export class NumberIndex {
  readonly #rows: RowIndex;

  constructor({ data }: Column) {
    const values = data.store === 'integer' ? data.values : new Uint32Array(0);
    this.#rows = new RowIndex(values.length);
    for (let row = values.length - 1; row >= 0; row--) this.#rows.add(mixed(0, values[row]!), row);
  }

  rowsOf(value: number): number[] {
    return this.#rows.rowsOf(mixed(0, value));
  }
}

/** Rows by the prefixes that hold an address. */
export class PrefixIndex {
  readonly #rows: RowIndex;
  /** Lengths that occur; those of IPv4 as of the last 32 bits of 128. */
  readonly #lengths = new Set<number>();

  constructor({ data, present }: Column) {
    const rowCount = 'lengths' in data ? data.lengths.length : 0;
    this.#rows = new RowIndex(rowCount);
    if (!('lengths' in data)) return;
    for (let row = rowCount - 1; row >= 0; row--) {
      if (present?.[row] === 0) continue;
      const isIpv4 = data.store === 'prefix4' || (data.store === 'prefix' && data.families[row] === 4);
      const length = data.lengths[row]! + (isIpv4 ? IPV4_START : 0);
      this.#lengths.add(length);
      this.#rows.add(wordsHash(data, row, length), row);
    }
  }

  rowsOf(family: 4 | 6, address: bigint): number[] {
    const words = new Uint32Array(4);
    writeValue(128, address, words, 0);
    const start = family === 4 ? IPV4_START : 0;
    const lengths = [...this.#lengths].filter((length) => length >= start);
    return lengths.flatMap((length) => this.#rows.rowsOf(wordsHash({ store: 'prefix6', words }, 0, length)));
  }
}

/** IPv4 addresses are the last bits of 128. */
const IPV4_START = 96;

type Prefixes =
  | { readonly store: 'prefix4'; readonly addresses: Uint32Array }
  | { readonly store: 'prefix6' | 'prefix'; readonly words: Uint32Array };

/** Of the first `length` of a row's 128 bits. */
function wordsHash(data: Prefixes, row: number, length: number): number {
  let hash = length;
  for (let word = 0; word * 32 < length; word++) {
    const bits = Math.min(32, length - word * 32);
    const value = data.store !== 'prefix4' ? data.words[row * 4 + word]! : word === 3 ? data.addresses[row]! : 0;
    hash = mixed(hash, value >>> (32 - bits));
  }
  return hash;
}

/** A number of 32 bits that differs much where either of two does (the constants are MurmurHash3's). */
function mixed(hash: number, value: number): number {
  let mix = Math.imul(value ^ hash, 0xcc9e2d51);
  mix = Math.imul(mix ^ (mix >>> 15), 0x1b873593);
  return mix ^ (mix >>> 13);
}
