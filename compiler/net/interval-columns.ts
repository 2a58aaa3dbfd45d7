/** Intervals of a field's values in two columns of words (see words.ts), and a builder that fills them. */
import { compareWords, copyWords, isSuccessor, lowOnes, strideOf, type Stride } from './words.ts';

/**
 * Intervals `[low, high]`, both ends included, over a field of `width` bits: value `i` of `lows` and value `i` of `highs`
 * are the ends of interval `i`. Canonical means: sorted, disjoint, and no two of them adjacent. The arrays belong to
 * whoever made them; nobody writes to them after that.
 */
export interface IntervalColumns {
  readonly width: number;
  readonly stride: Stride;
  readonly intervalCount: number;
  readonly lows: Uint32Array;
  readonly highs: Uint32Array;
}

/** Whether they are one interval, with a word for each end: most sets are, and of two such most answers are soon told. */
export function isOneOfWords({ stride, intervalCount }: IntervalColumns): boolean {
  return stride === 1 && intervalCount === 1;
}

/** One interval of a field of at most 32 bits. Nobody writes to columns, so that one may be both ends. */
export function intervalOfWords(width: number, low: number, high: number): IntervalColumns {
  const lows = Uint32Array.of(low);
  return { width, stride: 1, intervalCount: 1, lows, highs: low === high ? lows : Uint32Array.of(high) };
}

/** The same values of a field of `width` bits, at most 32; undefined where it does not have them all. */
export function narrowedToWords(width: number, columns: IntervalColumns): IntervalColumns | undefined {
  const { stride, intervalCount } = columns;
  const lows = new Uint32Array(intervalCount);
  const highs = new Uint32Array(intervalCount);
  for (let i = 0; i < intervalCount; i++) {
    const end = (i + 1) * stride - 1;
    lows[i] = columns.lows[end]!;
    highs[i] = columns.highs[end]!;
  }
  const top = intervalCount * stride - 1;
  for (let at = top - stride + 1; at < top; at++) if (columns.highs[at] !== 0) return undefined;
  if (intervalCount > 0 && highs[intervalCount - 1]! > lowOnes(width)) return undefined;
  return { width, stride: 1, intervalCount, lows, highs };
}

/** Collects intervals into growing columns. */
export class IntervalBuilder {
  readonly width: number;
  readonly stride: Stride;
  #count = 0;
  #lows: Uint32Array;
  #highs: Uint32Array;

  /** `capacity` is how many intervals are expected; more may come. */
  constructor(width: number, capacity: number) {
    this.width = width;
    this.stride = strideOf(width);
    this.#lows = new Uint32Array(Math.max(capacity, 1) * this.stride);
    this.#highs = new Uint32Array(Math.max(capacity, 1) * this.stride);
  }

  /** Adds the interval from value `i` of `lows` to value `j` of `highs` as it is. */
  append(lows: Uint32Array, i: number, highs: Uint32Array, j: number): void {
    if (this.#count * this.stride === this.#lows.length) {
      this.#lows = doubled(this.#lows);
      this.#highs = doubled(this.#highs);
    }
    copyWords(lows, i, this.#lows, this.#count, this.stride);
    copyWords(highs, j, this.#highs, this.#count, this.stride);
    this.#count++;
  }

  /** Adds an interval whose low end is at least that of the one before, joining the two where they overlap or touch. */
  appendJoining(lows: Uint32Array, i: number, highs: Uint32Array, j: number): void {
    const last = this.#count - 1;
    const touches =
      last >= 0 &&
      (compareWords(lows, i, this.#highs, last, this.stride) <= 0 ||
        isSuccessor(this.#highs, last, lows, i, this.stride));
    if (!touches) {
      this.append(lows, i, highs, j);
    } else if (compareWords(highs, j, this.#highs, last, this.stride) > 0) {
      copyWords(highs, j, this.#highs, last, this.stride);
    }
  }

  /** The intervals so far; the builder must not be used afterwards. */
  finish(): IntervalColumns {
    const length = this.#count * this.stride;
    return {
      width: this.width,
      stride: this.stride,
      intervalCount: this.#count,
      lows: this.#lows.length === length ? this.#lows : this.#lows.slice(0, length),
      highs: this.#highs.length === length ? this.#highs : this.#highs.slice(0, length),
    };
  }
}

function doubled(words: Uint32Array): Uint32Array {
  const result = new Uint32Array(words.length * 2);
  result.set(words);
  return result;
}
