/**
 * Values of packet fields in columns of 32-bit words.
 *
 * A field has a width of 1 to 128 bits. In a column, each value of a field of at most 32 bits takes one word, each
 * value of a wider field takes four, the most significant word first and the value at the low end. The number of words
 * for a value is the column's stride; the value with index `i` starts at word `i * stride`.
 */

/** A value of a field: as a number where the field has at most 32 bits, as a bigint where it is wider. */
export type Value = number | bigint;

/** Words for one value: 1 up to 32 bits, 4 above. */
export type Stride = 1 | 4;

/** Words for one value of a field of `width` bits. Throws a RangeError unless the width is an integer from 1 to 128. */
export function strideOf(width: number): Stride {
  if (!Number.isInteger(width) || width < 1 || width > 128) {
    throw new RangeError(`a field has 1 to 128 bits, not ${width}`);
  }
  return width <= 32 ? 1 : 4;
}

/** A word whose lowest `bits` bits are ones; all of them from 32 on, none from 0 down. */
export function lowOnes(bits: number): number {
  if (bits <= 0) {
    return 0;
  }
  return bits >= 32 ? 0xffffffff : 0xffffffff >>> (32 - bits);
}

/** Writes the greatest value of a field of `width` bits. */
export function writeMaximum(width: number, words: Uint32Array, index: number): void {
  writeOnes(width, words, index, strideOf(width));
}

/** Writes the value whose lowest `bits` bits are ones and whose other bits are zero. */
export function writeOnes(bits: number, words: Uint32Array, index: number, stride: Stride): void {
  for (let k = 0; k < stride; k++) {
    words[index * stride + k] = lowOnes(bits - 32 * (stride - 1 - k));
  }
}

/** Less than, equal to or greater than zero, as value `i` of `a` is less than, equal to or greater than value `j` of `b`. */
export function compareWords(a: Uint32Array, i: number, b: Uint32Array, j: number, stride: Stride): number {
  if (stride === 1) {
    return a[i]! - b[j]!;
  }
  const p = i * 4;
  const q = j * 4;
  return a[p]! - b[q]! || a[p + 1]! - b[q + 1]! || a[p + 2]! - b[q + 2]! || a[p + 3]! - b[q + 3]!;
}

/** Whether value `j` of `b` is value `i` of `a` plus one (never so for the greatest value that the words can hold). */
export function isSuccessor(a: Uint32Array, i: number, b: Uint32Array, j: number, stride: Stride): boolean {
  if (stride === 1) {
    return a[i]! + 1 === b[j]!;
  }
  for (let k = 3; k >= 0; k--) {
    const from = a[i * 4 + k]!;
    const to = b[j * 4 + k]!;
    if (from !== 0xffffffff) {
      return from + 1 === to && sameHead(a, i * 4, b, j * 4, k);
    }
    if (to !== 0) {
      return false;
    }
  }
  return false;
}

function sameHead(a: Uint32Array, p: number, b: Uint32Array, q: number, words: number): boolean {
  for (let k = 0; k < words; k++) {
    if (a[p + k] !== b[q + k]) {
      return false;
    }
  }
  return true;
}

/** Copies value `i` of `from` to value `j` of `to`. */
export function copyWords(from: Uint32Array, i: number, to: Uint32Array, j: number, stride: Stride): void {
  for (let k = 0; k < stride; k++) {
    to[j * stride + k] = from[i * stride + k]!;
  }
}

/** Writes value `i` of `from` plus one; the greatest value wraps round to zero. */
export function writeSuccessor(from: Uint32Array, i: number, to: Uint32Array, j: number, stride: Stride): void {
  let carry = 1;
  for (let k = stride - 1; k >= 0; k--) {
    const sum = from[i * stride + k]! + carry;
    to[j * stride + k] = sum;
    carry = sum > 0xffffffff ? 1 : 0;
  }
}

/** Writes value `i` of `from` minus one; zero wraps round to the greatest value. */
export function writePredecessor(from: Uint32Array, i: number, to: Uint32Array, j: number, stride: Stride): void {
  let borrow = 1;
  for (let k = stride - 1; k >= 0; k--) {
    const difference = from[i * stride + k]! - borrow;
    to[j * stride + k] = difference;
    borrow = difference < 0 ? 1 : 0;
  }
}

/** Value `index` of a column: a number for stride 1, a bigint for stride 4. */
export function readValue(words: Uint32Array, index: number, stride: Stride): Value {
  return stride === 1 ? words[index]! : readBigint(words, index, stride);
}

/** Value `index` of a column as a bigint, whatever its stride. */
export function readBigint(words: Uint32Array, index: number, stride: Stride): bigint {
  let value = 0n;
  for (let k = 0; k < stride; k++) {
    value = (value << 32n) | BigInt(words[index * stride + k]!);
  }
  return value;
}

/**
 * Writes a value of a field of `width` bits. Numbers and bigints are taken for every width. Throws a RangeError for what
 * is no value of the field: fractions, negative numbers, 2^width and above.
 */
export function writeValue(width: number, value: Value, words: Uint32Array, index: number): void {
  const stride = strideOf(width);
  if (stride === 1) {
    words[index] = wordOf(width, value);
    return;
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw notAValue(width, value);
  }
  let rest = BigInt(value);
  if (rest < 0n || rest >> BigInt(width) !== 0n) {
    throw notAValue(width, value);
  }
  for (let k = stride - 1; k >= 0; k--) {
    words[index * stride + k] = Number(rest & 0xffffffffn);
    rest >>= 32n;
  }
}

/** The word of a value of a field of at most 32 bits. Throws a RangeError for what is none, as `writeValue` does. */
export function wordOf(width: number, value: Value): number {
  // A bigint that does not fit into a number is rounded to one that is far too great.
  const word = Number(value);
  if (!Number.isInteger(word) || word < 0 || word > lowOnes(width)) throw notAValue(width, value);
  return word;
}

function notAValue(width: number, value: Value): RangeError {
  return new RangeError(`${value} is no value of a field of ${width} bits`);
}

/** The first index from `from` on whose value is at least value `t` of `target`; `count` where there is none. Sorted words. */
export function searchAtLeast(
  words: Uint32Array,
  from: number,
  count: number,
  target: Uint32Array,
  t: number,
  stride: Stride,
): number {
  // Galloping: a sweep that asks for ever greater targets costs no more than a walk, and skips in leaps where it can.
  let below = from;
  let step = 1;
  while (below + step <= count && compareWords(words, below + step - 1, target, t, stride) < 0) {
    below += step;
    step *= 2;
  }
  let above = Math.min(below + step - 1, count);
  while (below < above) {
    const middle = (below + above) >>> 1;
    if (compareWords(words, middle, target, t, stride) < 0) {
      below = middle + 1;
    } else {
      above = middle;
    }
  }
  return below;
}
