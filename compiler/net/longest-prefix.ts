/** Which row of a column of prefixes an address belongs to: the row with the longest prefix that holds it. */
import { prefixKey, type KeyColumn } from './key-column.ts';
import { findOverlappingRows } from './overlapping-rows.ts';
import type { PrefixColumns } from './prefixes.ts';
import { identityOrder, sortedOrder } from './word-order.ts';
import { compareWords, copyWords, writeSuccessor, writeValue, type Stride, type Value } from './words.ts';

/** Two rows whose prefixes are the same or hold one another, the smaller index first; undefined where there are none. */
export function findOverlap(prefixes: PrefixColumns): [number, number] | undefined {
  return findOverlappingRows([prefixKey(prefixes.width, prefixes.addresses, prefixes.lengths)]);
}

/**
 * A map from address to row. All addresses are cut into segments that belong to one row each, or to none; a lookup is a
 * binary search. At most 2n + 1 segments for n prefixes.
 */
export class LongestPrefixMap {
  readonly width: number;
  readonly #stride: Stride;
  readonly #starts: Uint32Array;
  readonly #owners: Int32Array;
  #count = 0;

  /** Of rows with the same prefix, the first one counts. Throws a RangeError for a length above the width. */
  constructor(prefixes: PrefixColumns) {
    const key = prefixKey(prefixes.width, prefixes.addresses, prefixes.lengths);
    this.width = key.width;
    this.#stride = key.stride;
    this.#starts = new Uint32Array((2 * key.rowCount + 1) * key.stride);
    this.#owners = new Int32Array(2 * key.rowCount + 1);
    this.#cut(key, prefixes.lengths);
  }

  /** The row with the longest prefix that holds the address; −1 where none does. */
  lookup(address: Value): number {
    const words = new Uint32Array(this.#stride);
    writeValue(this.width, address, words, 0);
    return this.lookupAt(words, 0);
  }

  /** The row for value `index` of a column of addresses; −1 where there is none. Makes no object. */
  lookupAt(words: Uint32Array, index: number): number {
    let below = 0;
    let above = this.#count;
    while (above - below > 1) {
      const middle = (below + above) >>> 1;
      if (compareWords(this.#starts, middle, words, index, this.#stride) <= 0) {
        below = middle;
      } else {
        above = middle;
      }
    }
    return this.#owners[below]!;
  }

  /** One sweep over the prefixes by low end, outer ones first; the stack holds those that the place at hand lies in. */
  #cut(key: KeyColumn, lengths: Uint8Array): void {
    const { lows, highs, stride, rowCount } = key;
    const order = sortedOrder(lows, stride, orderByLength(lengths));
    const outer: number[] = [];
    const place = new Uint32Array(stride);
    this.#startSegment(place, 0, -1);
    for (let i = 0; i <= rowCount; i++) {
      const row = order[i];
      let top = outer.at(-1);
      while (top !== undefined && endsBefore(key, top, row)) {
        outer.pop();
        writeSuccessor(highs, top, place, 0, stride);
        top = outer.at(-1);
        // The successor of the greatest address wraps round to zero, and nothing is left to own.
        if (place.some((word) => word !== 0)) {
          this.#startSegment(place, 0, top ?? -1);
        }
      }
      if (row !== undefined && !(top !== undefined && isSamePrefix(key, top, row))) {
        outer.push(row);
        this.#startSegment(lows, row, row);
      }
    }
  }

  /** What starts at value `index` of `words` belongs to `owner`, also if something else was said to start there. */
  #startSegment(words: Uint32Array, index: number, owner: number): void {
    const last = this.#count - 1;
    const again = last >= 0 && compareWords(words, index, this.#starts, last, this.#stride) === 0;
    const segment = again ? last : last + 1;
    copyWords(words, index, this.#starts, segment, this.#stride);
    this.#owners[segment] = owner;
    this.#count = segment + 1;
  }
}

function orderByLength(lengths: Uint8Array): Uint32Array {
  return sortedOrder(Uint32Array.from(lengths), 1, identityOrder(lengths.length));
}

/** Whether a row's prefix ends before another row starts; without another, all of them have ended. */
function endsBefore(key: KeyColumn, row: number, other: number | undefined): boolean {
  return other === undefined || compareWords(key.highs, row, key.lows, other, key.stride) < 0;
}

function isSamePrefix(key: KeyColumn, a: number, b: number): boolean {
  return (
    compareWords(key.lows, a, key.lows, b, key.stride) === 0 &&
    compareWords(key.highs, a, key.highs, b, key.stride) === 0
  );
}
