/**
 * Sets of a field's values as canonical intervals: sorted, disjoint, no two adjacent. Two sets are equal exactly if
 * their columns are. Sets never change; every operation gives a new one (or one of its arguments, where that is the
 * answer). No object per interval: a million intervals are two typed arrays.
 */
import {
  canonicalIntervals,
  haveCommonValue,
  intersectIntervals,
  isSubsetOfIntervals,
  subtractIntervals,
  uniteIntervals,
} from './interval-algebra.ts';
import {
  IntervalBuilder,
  intervalOfWords,
  isOneOfWords,
  narrowedToWords,
  type IntervalColumns,
} from './interval-columns.ts';
import { containsWord, sizeOf, valuesOf } from './interval-reading.ts';
import { jhash2 } from './jhash.ts';
import { KeptIntervals } from './kept-intervals.ts';
import { prefixKey, rangeKey } from './key-column.ts';
import {
  compareWords,
  lowOnes,
  readBigint,
  readValue,
  searchAtLeast,
  strideOf,
  wordOf,
  writeMaximum,
  writeValue,
  type Stride,
  type Value,
} from './words.ts';

export class IntervalSet implements IntervalColumns {
  /** Bits of the field, 1 to 128. */
  readonly width: number;
  /** Words for each end of an interval in `lows` and `highs`: 1 for widths up to 32, 4 above. */
  readonly stride: Stride;
  readonly intervalCount: number;
  /** The low ends, ascending; layout in words.ts. Not to be written to. */
  readonly lows: Uint32Array;
  /** The high ends, included, ascending. Not to be written to. */
  readonly highs: Uint32Array;
  #hash: number | undefined;

  /** Takes canonical columns as they are; for columns from elsewhere there is `fromColumns`. */
  private constructor(columns: IntervalColumns) {
    this.width = columns.width;
    this.stride = columns.stride;
    this.intervalCount = columns.intervalCount;
    this.lows = columns.lows;
    this.highs = columns.highs;
  }

  /** The set without values. Throws a RangeError unless the width is an integer from 1 to 128, as all makers do. */
  static empty(width: number): IntervalSet {
    return (EMPTY[width] ??= new IntervalSet(new IntervalBuilder(width, 0).finish()));
  }

  /** The set of all values of `width` bits. */
  static full(width: number): IntervalSet {
    return (FULL[width] ??= IntervalSet.#makeFull(width));
  }

  static #makeFull(width: number): IntervalSet {
    const lows = new Uint32Array(strideOf(width));
    const highs = new Uint32Array(strideOf(width));
    writeMaximum(width, highs, 0);
    return IntervalSet.fromColumns(width, lows, highs);
  }

  /** The set of one value. */
  static of(width: number, value: Value): IntervalSet {
    return IntervalSet.range(width, value, value);
  }

  /** The set of the values from `low` to `high`, both included. Throws a RangeError where low > high. */
  static range(width: number, low: Value, high: Value): IntervalSet {
    const stride = strideOf(width);
    if (low > high) throw new RangeError(`${low}-${high} is no interval`);
    if (stride === 1) {
      const [first, last] = [wordOf(width, low), wordOf(width, high)];
      return KEPT.find(width, first, last) ?? KEPT.keep(new IntervalSet(intervalOfWords(width, first, last)));
    }
    const lows = new Uint32Array(stride);
    const highs = new Uint32Array(stride);
    writeValue(width, low, lows, 0);
    writeValue(width, high, highs, 0);
    return new IntervalSet({ width, stride, intervalCount: 1, lows, highs });
  }

  /** Canonical columns as a set: one that was made before, if it is at hand. */
  static #from(columns: IntervalColumns): IntervalSet {
    if (columns instanceof IntervalSet) return columns;
    const { width, intervalCount, lows, highs } = columns;
    if (intervalCount === 0) return IntervalSet.empty(width);
    if (!isOneOfWords(columns)) return new IntervalSet(columns);
    return KEPT.find(width, lows[0]!, highs[0]!) ?? KEPT.keep(new IntervalSet(columns));
  }

  /** The union of intervals `[low, high]`, both ends included, in any order. Throws a RangeError where low > high. */
  static fromIntervals(width: number, intervals: Iterable<readonly [Value, Value]>): IntervalSet {
    const builder = new IntervalBuilder(width, 4);
    const low = new Uint32Array(builder.stride);
    const high = new Uint32Array(builder.stride);
    for (const interval of intervals) {
      writeValue(width, interval[0], low, 0);
      writeValue(width, interval[1], high, 0);
      builder.append(low, 0, high, 0);
    }
    const { lows, highs } = builder.finish();
    return IntervalSet.fromColumns(width, lows, highs);
  }

  /**
   * The union of intervals in columns (layout in words.ts), in any order; single values where `highs` is left out. The
   * columns are copied. Throws a RangeError for a low end above its high end and for a value of more than `width` bits.
   */
  static fromColumns(width: number, lows: Uint32Array, highs: Uint32Array = lows): IntervalSet {
    rangeKey(width, lows, highs);
    return IntervalSet.#from(canonicalIntervals(width, lows, highs));
  }

  /**
   * The union of prefixes: row `i` stands for all values that agree with value `i` of `addresses` in the upper
   * `lengths[i]` bits; lower bits of the address count for nothing. Throws a RangeError for a length above the width.
   */
  static fromPrefixes(width: number, addresses: Uint32Array, lengths: Uint8Array): IntervalSet {
    const { lows, highs } = prefixKey(width, addresses, lengths);
    return IntervalSet.#from(canonicalIntervals(width, lows, highs));
  }

  /** `fromPrefixes` for IPv4: one word and one length for each prefix. */
  static fromPrefixes32(addresses: Uint32Array, lengths: Uint8Array): IntervalSet {
    return IntervalSet.fromPrefixes(32, addresses, lengths);
  }

  /** `fromPrefixes` for IPv6: four words, most significant first, and one length for each prefix. */
  static fromPrefixes128(words: Uint32Array, lengths: Uint8Array): IntervalSet {
    return IntervalSet.fromPrefixes(128, words, lengths);
  }

  /** The union of any number of sets of one width; n log n in their intervals together. */
  static unionOf(width: number, sets: Iterable<IntervalSet>): IntervalSet {
    let parts: IntervalSet[] = [];
    for (const set of sets) {
      set.#requireWidth(width);
      if (!set.isEmpty()) {
        parts.push(set);
      }
    }
    // Neighbours in pairs, so that each interval is copied once for each doubling.
    while (parts.length > 1) {
      const halved: IntervalSet[] = [];
      for (let i = 0; i < parts.length; i += 2) {
        const other = parts[i + 1];
        halved.push(other === undefined ? parts[i]! : parts[i]!.union(other));
      }
      parts = halved;
    }
    return parts[0] ?? IntervalSet.empty(width);
  }

  /** Every value in this set, the other or both. This and all that follow throw a RangeError for a set of another width. */
  union(other: IntervalSet): IntervalSet {
    other.#requireWidth(this.width);
    if (other.isEmpty() || other === this) {
      return this;
    }
    return this.isEmpty() ? other : IntervalSet.#from(uniteIntervals(this, other));
  }

  /** Every value in both sets. */
  intersect(other: IntervalSet): IntervalSet {
    other.#requireWidth(this.width);
    if (this.isEmpty() || other.isFull() || other === this) {
      return this;
    }
    return other.isEmpty() || this.isFull() ? other : IntervalSet.#from(intersectIntervals(this, other));
  }

  /** Every value in this set that is not in the other. */
  subtract(other: IntervalSet): IntervalSet {
    other.#requireWidth(this.width);
    return this.isEmpty() || other.isEmpty() ? this : IntervalSet.#from(subtractIntervals(this, other));
  }

  /** Every value of the field that is not in this set. */
  complement(): IntervalSet {
    return IntervalSet.full(this.width).subtract(this);
  }

  /** The same values of a field of `width` bits, at most 32; undefined where it does not have them all. */
  narrowed(width: number): IntervalSet | undefined {
    const columns = narrowedToWords(width, this);
    return columns && IntervalSet.#from(columns);
  }

  isEmpty(): boolean {
    return this.intervalCount === 0;
  }

  /** Whether all values of the field are in the set. */
  isFull(): boolean {
    if (this.intervalCount !== 1) {
      return false;
    }
    if (this.stride === 1) return this.lows[0] === 0 && this.highs[0] === lowOnes(this.width);
    const maximum = new Uint32Array(this.stride);
    writeMaximum(this.width, maximum, 0);
    return this.lows.every((word) => word === 0) && compareWords(this.highs, 0, maximum, 0, this.stride) === 0;
  }

  /** Whether both sets have the same width and the same values. */
  equals(other: IntervalSet): boolean {
    return (
      this === other ||
      (this.width === other.width &&
        this.intervalCount === other.intervalCount &&
        sameWords(this.lows, other.lows) &&
        sameWords(this.highs, other.highs))
    );
  }

  /** Whether the value is in the set. Throws a RangeError for what is no value of the field. */
  contains(value: Value): boolean {
    if (typeof value === 'number' && this.stride === 1 && value >= 0 && value <= lowOnes(this.width)) {
      if (Number.isInteger(value)) return containsWord(this, value);
    }
    const words = new Uint32Array(this.stride);
    writeValue(this.width, value, words, 0);
    return this.containsAt(words, 0);
  }

  /** Whether value `index` of a column with the set's stride is in the set. Makes no object. */
  containsAt(words: Uint32Array, index: number): boolean {
    const i = searchAtLeast(this.highs, 0, this.intervalCount, words, index, this.stride);
    return i < this.intervalCount && compareWords(this.lows, i, words, index, this.stride) <= 0;
  }

  /** Whether every value of this set is in the other. */
  isSubsetOf(other: IntervalSet): boolean {
    other.#requireWidth(this.width);
    return this === other || isSubsetOfIntervals(this, other);
  }

  /** Whether some value is in both sets. */
  intersects(other: IntervalSet): boolean {
    other.#requireWidth(this.width);
    return haveCommonValue(this, other);
  }

  /** How many values are in the set. */
  size(): bigint {
    return sizeOf(this);
  }

  /** Whether the set has exactly one value. */
  isSingleton(): boolean {
    return this.intervalCount === 1 && this.isSingleAt(0);
  }

  /** The only value of a set that has exactly one. */
  singleValue(): Value | undefined {
    return this.isSingleton() ? this.lowAt(0) : undefined;
  }

  /** Whether interval `index` is one value. */
  isSingleAt(index: number): boolean {
    return compareWords(this.lows, index, this.highs, index, this.stride) === 0;
  }

  /** The low end of interval `index`: a number for widths up to 32, a bigint above. */
  lowAt(index: number): Value {
    return readValue(this.lows, index, this.stride);
  }

  /** The high end, included, of interval `index`. */
  highAt(index: number): Value {
    return readValue(this.highs, index, this.stride);
  }

  /** The intervals, ascending, as pairs `[low, high]`: of numbers for widths up to 32, of bigints above. */
  *intervals(): Generator<[Value, Value]> {
    for (let i = 0; i < this.intervalCount; i++) {
      yield [this.lowAt(i), this.highAt(i)];
    }
  }

  /** The intervals as pairs of numbers. Throws a RangeError for a field of more than 32 bits. */
  *numberIntervals(): Generator<[number, number]> {
    if (this.stride !== 1) {
      throw new RangeError(`values of ${this.width} bits do not fit in numbers`);
    }
    for (let i = 0; i < this.intervalCount; i++) {
      yield [this.lows[i]!, this.highs[i]!];
    }
  }

  /** The intervals as pairs of bigints, whatever the width. */
  *bigintIntervals(): Generator<[bigint, bigint]> {
    for (let i = 0; i < this.intervalCount; i++) {
      yield [readBigint(this.lows, i, this.stride), readBigint(this.highs, i, this.stride)];
    }
  }

  /** All values, ascending. There may be a great many: ask `size()` before. */
  values(): Generator<Value> {
    return valuesOf(this);
  }

  /**
   * An unsigned 32-bit number from the set's width and values, the same in every run and version: a key for hash tables.
   * Different sets may share it; `equals` tells.
   */
  hash(): number {
    this.#hash ??= this.#hashWith(0);
    return this.#hash;
  }

  /** Sixteen hexadecimal digits from the set's width and values, for names that follow content. `equals` tells for certain. */
  fingerprint(): string {
    const second = this.#hashWith(0x9e3779b9);
    return this.hash().toString(16).padStart(8, '0') + second.toString(16).padStart(8, '0');
  }

  /** The intervals in decimal, for tests and debugging: `0-9 12 80-4095`. */
  toString(): string {
    const parts: string[] = [];
    for (const [low, high] of this.intervals()) {
      parts.push(low === high ? `${low}` : `${low}-${high}`);
    }
    return parts.join(' ');
  }

  #hashWith(seed: number): number {
    return jhash2(this.highs, jhash2(this.lows, (seed + this.width) >>> 0));
  }

  #requireWidth(width: number): void {
    if (this.width !== width) {
      throw new RangeError(`a set of ${this.width} bits where one of ${width} bits is needed`);
    }
  }
}

/** Sets never change, so that one is enough for each width. */
const EMPTY: IntervalSet[] = [];
const FULL: IntervalSet[] = [];

const KEPT = new KeptIntervals<IntervalSet>();

function sameWords(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) {
      return false;
    }
  }
  return true;
}
