/** Prefixes of a field's values in columns, and their exchange with interval sets. */
import { IntervalSet } from './interval-set.ts';
import { copyWords, lowOnes, readValue, strideOf, writeValue, type Stride, type Value } from './words.ts';

/** Prefixes of values of `width` bits: value `row` of `addresses` (layout in words.ts) with `lengths[row]` upper bits. */
export interface PrefixColumns {
  readonly width: number;
  readonly stride: Stride;
  readonly addresses: Uint32Array;
  readonly lengths: Uint8Array;
}

/** Puts columns of addresses and lengths together. Throws a RangeError where they do not fit each other or the width. */
export function prefixColumns(width: number, addresses: Uint32Array, lengths: Uint8Array): PrefixColumns {
  const stride = strideOf(width);
  if (addresses.length !== lengths.length * stride) {
    throw new RangeError(`${addresses.length} words are no ${lengths.length} values of ${width} bits`);
  }
  return { width, stride, addresses, lengths };
}

/** The fewest prefixes that together are exactly the set, ascending. At most 2·width − 2 for each interval. */
export function toPrefixes(set: IntervalSet): PrefixColumns {
  const columns = new PrefixCollector(set.width, set.intervalCount);
  for (let i = 0; i < set.intervalCount; i++) {
    columns.addInterval(set.lows, i, set.highs, i);
  }
  return columns.finish();
}

/** The fewest prefixes with the same values as the given ones, which may overlap and come in any order; ascending. */
export function aggregate(prefixes: PrefixColumns): PrefixColumns {
  return toPrefixes(IntervalSet.fromPrefixes(prefixes.width, prefixes.addresses, prefixes.lengths));
}

/** The fewest prefixes that together are exactly the values from `low` to `high`, both included. */
export function rangeToPrefixes(width: number, low: Value, high: Value): PrefixColumns {
  return toPrefixes(IntervalSet.range(width, low, high));
}

/** The least and the greatest value of a prefix; lower bits of the address count for nothing. */
export function prefixToRange(width: number, address: Value, length: number): [Value, Value] {
  const words = new Uint32Array(strideOf(width));
  writeValue(width, address, words, 0);
  const set = IntervalSet.fromPrefixes(width, words, Uint8Array.of(length));
  return [set.lowAt(0), set.highAt(0)];
}

/** The length of the one prefix that interval `index` of the set is; −1 where it is none. */
export function prefixLengthOfInterval(set: IntervalSet, index: number): number {
  const { stride } = set;
  let hostBits = 0;
  for (let k = stride - 1; k >= 0; k--) {
    const low = set.lows[index * stride + k]!;
    const high = set.highs[index * stride + k]!;
    const difference = (low ^ high) >>> 0;
    // Below the prefix every bit differs, zero in the low end and one in the high end; above it none does.
    const below = hostBits === 32 * (stride - 1 - k);
    if (difference !== 0 && (!below || (difference & (difference + 1)) !== 0 || (low & difference) !== 0)) {
      return -1;
    }
    hostBits += 32 - Math.clz32(difference);
  }
  return set.width - hostBits;
}

/** The prefixes one after another, as pairs of address and length: for what is printed or read once. */
export function* prefixEntries(prefixes: PrefixColumns): Generator<[Value, number]> {
  for (let row = 0; row < prefixes.lengths.length; row++) {
    yield [readValue(prefixes.addresses, row, prefixes.stride), prefixes.lengths[row]!];
  }
}

/**
 * The length that all prefixes of a column share, so that a hash lookup on the masked address finds the row; undefined
 * where they differ or there are none.
 */
export function commonPrefixLength(lengths: Uint8Array): number | undefined {
  const first = lengths[0];
  return lengths.every((length) => length === first) ? first : undefined;
}

/** The lengths that occur in a column, ascending: one hash lookup for each finds the row of the longest match. */
export function distinctPrefixLengths(lengths: Uint8Array): number[] {
  const occurs = new Uint8Array(256);
  for (const length of lengths) {
    occurs[length] = 1;
  }
  const distinct: number[] = [];
  occurs.forEach((flag, length) => {
    if (flag === 1) {
      distinct.push(length);
    }
  });
  return distinct;
}

class PrefixCollector {
  readonly width: number;
  readonly stride: Stride;
  #count = 0;
  #addresses: Uint32Array;
  #lengths: Uint8Array;
  // The rest of the interval at hand: its low end, and its high end minus that.
  readonly #low: Uint32Array;
  readonly #span: Uint32Array;

  constructor(width: number, capacity: number) {
    this.width = width;
    this.stride = strideOf(width);
    this.#addresses = new Uint32Array(Math.max(capacity, 1) * this.stride);
    this.#lengths = new Uint8Array(Math.max(capacity, 1));
    this.#low = new Uint32Array(this.stride);
    this.#span = new Uint32Array(this.stride);
  }

  /** Adds the prefixes of one interval: again and again the largest block that starts at its low end and fits. */
  addInterval(lows: Uint32Array, i: number, highs: Uint32Array, j: number): void {
    const { stride } = this;
    const low = this.#low;
    const span = this.#span;
    copyWords(lows, i, low, 0, stride);
    for (;;) {
      writeDifference(highs, j, low, span, stride);
      const fitting = fittingBits(span, stride);
      const aligned = trailingZeros(low, stride);
      const bits = Math.min(fitting, aligned);
      this.#add(low, this.width - bits);
      if (bits === fitting && isLowOnes(span, bits, stride)) {
        return;
      }
      addPowerOfTwo(low, bits, stride);
    }
  }

  #add(address: Uint32Array, length: number): void {
    if (this.#count === this.#lengths.length) {
      const addresses = new Uint32Array(this.#addresses.length * 2);
      addresses.set(this.#addresses);
      this.#addresses = addresses;
      const lengths = new Uint8Array(this.#lengths.length * 2);
      lengths.set(this.#lengths);
      this.#lengths = lengths;
    }
    copyWords(address, 0, this.#addresses, this.#count, this.stride);
    this.#lengths[this.#count] = length;
    this.#count++;
  }

  finish(): PrefixColumns {
    return {
      width: this.width,
      stride: this.stride,
      addresses: this.#addresses.slice(0, this.#count * this.stride),
      lengths: this.#lengths.slice(0, this.#count),
    };
  }
}

/** Writes value `i` of `a` minus `b`. */
function writeDifference(a: Uint32Array, i: number, b: Uint32Array, result: Uint32Array, stride: Stride): void {
  let borrow = 0;
  for (let k = stride - 1; k >= 0; k--) {
    const difference = a[i * stride + k]! - b[k]! - borrow;
    result[k] = difference;
    borrow = difference < 0 ? 1 : 0;
  }
}

function addPowerOfTwo(value: Uint32Array, bits: number, stride: Stride): void {
  let carry = 2 ** (bits & 31);
  for (let k = stride - 1 - (bits >>> 5); carry > 0 && k >= 0; k--) {
    const sum = value[k]! + carry;
    value[k] = sum;
    carry = sum > 0xffffffff ? 1 : 0;
  }
}

/** The greatest n with 2^n − 1 ≤ the value. */
function fittingBits(value: Uint32Array, stride: Stride): number {
  for (let k = 0; k < stride; k++) {
    const word = value[k]!;
    if (word !== 0) {
      const bits = 32 * (stride - 1 - k) + 32 - Math.clz32(word);
      return isLowOnes(value, bits, stride) ? bits : bits - 1;
    }
  }
  return 0;
}

/** Whether the value is 2^bits − 1. */
function isLowOnes(value: Uint32Array, bits: number, stride: Stride): boolean {
  for (let k = 0; k < stride; k++) {
    const inWord = bits - 32 * (stride - 1 - k);
    if (value[k] !== lowOnes(inWord)) {
      return false;
    }
  }
  return true;
}

/** How many of the lowest bits are zero; all of the words' bits for zero. */
function trailingZeros(value: Uint32Array, stride: Stride): number {
  for (let k = stride - 1; k >= 0; k--) {
    const word = value[k]!;
    if (word !== 0) {
      return 32 * (stride - 1 - k) + 31 - Math.clz32(word & -word);
    }
  }
  return 32 * stride;
}

/**
 * The longest prefix that holds all of the prefixes, as a set of one interval; rows of which `counts` is 0 are left out.
 * Undefined where none is left.
 */
export function coveringPrefix(prefixes: PrefixColumns, counts?: Uint8Array): IntervalSet | undefined {
  const { width, stride, addresses, lengths } = prefixes;
  const has = (row: number) => counts?.[row] !== 0;
  const first = lengths.findIndex((_, row) => has(row));
  if (first < 0) return undefined;
  let length = lengths[first]!;
  for (let row = first + 1; row < lengths.length; row++) {
    if (has(row)) length = Math.min(length, lengths[row]!, sharedBits(prefixes, first, row));
  }
  return IntervalSet.fromPrefixes(
    width,
    addresses.subarray(first * stride, (first + 1) * stride),
    Uint8Array.of(length),
  );
}

/** How many upper bits of two rows' addresses are the same. */
function sharedBits({ width, stride, addresses }: PrefixColumns, a: number, b: number): number {
  for (let k = 0; k < stride; k++) {
    const difference = addresses[a * stride + k]! ^ addresses[b * stride + k]!;
    if (difference !== 0) return Math.clz32(difference) + 32 * k - (32 * stride - width);
  }
  return width;
}
