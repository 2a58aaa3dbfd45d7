/** Key columns of a table: for each row the values that it stands for, as one interval. */
import { compareWords, lowOnes, strideOf, writeMaximum, type Stride } from './words.ts';

/**
 * One column of a key: row `i` stands for the values from value `i` of `lows` to value `i` of `highs`, both included
 * (layout in words.ts). The two are one array where each row stands for one value.
 */
export interface KeyColumn {
  readonly width: number;
  readonly stride: Stride;
  readonly rowCount: number;
  readonly lows: Uint32Array;
  readonly highs: Uint32Array;
}

/** Each row stands for one value. Throws a RangeError for a value of more than `width` bits, as all makers here do. */
export function exactKey(width: number, values: Uint32Array): KeyColumn {
  return rangeKey(width, values, values);
}

/** Each row stands for the values from its low to its high one, both included. Throws a RangeError where low > high. */
export function rangeKey(width: number, lows: Uint32Array, highs: Uint32Array): KeyColumn {
  const stride = strideOf(width);
  const rowCount = lows.length / stride;
  if (lows.length !== highs.length || !Number.isInteger(rowCount)) {
    throw new RangeError(`columns of ${lows.length} and ${highs.length} words hold no intervals of ${width} bits`);
  }
  const maximum = new Uint32Array(stride);
  writeMaximum(width, maximum, 0);
  for (let row = 0; row < rowCount; row++) {
    if (compareWords(lows, row, highs, row, stride) > 0 || compareWords(highs, row, maximum, 0, stride) > 0) {
      throw new RangeError(`row ${row} is no interval of a field of ${width} bits`);
    }
  }
  return { width, stride, rowCount, lows, highs };
}

/** Each row stands for a prefix. Lower bits of the address count for nothing. */
export function prefixKey(width: number, addresses: Uint32Array, lengths: Uint8Array): KeyColumn {
  const stride = strideOf(width);
  if (addresses.length !== lengths.length * stride) {
    throw new RangeError(`${addresses.length} words are no ${lengths.length} values of ${width} bits`);
  }
  const lows = new Uint32Array(lengths.length * stride);
  const highs = new Uint32Array(lengths.length * stride);
  let exact = true;
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row]!;
    if (length > width) {
      throw new RangeError(`${length} is no prefix length for a field of ${width} bits`);
    }
    exact &&= length === width;
    for (let k = 0; k < stride; k++) {
      const hostBits = lowOnes(width - length - 32 * (stride - 1 - k));
      const word = addresses[row * stride + k]!;
      lows[row * stride + k] = word & ~hostBits;
      highs[row * stride + k] = word | hostBits;
    }
  }
  return rangeKey(width, lows, exact ? lows : highs);
}

/** Whether each row stands for one value only. */
export function isExact(column: KeyColumn): boolean {
  return column.lows === column.highs || column.lows.every((word, i) => word === column.highs[i]);
}

/** Whether two rows of a column have a value in common. */
export function rowsMeet(column: KeyColumn, a: number, b: number): boolean {
  const { lows, highs, stride } = column;
  return compareWords(lows, a, highs, b, stride) <= 0 && compareWords(lows, b, highs, a, stride) <= 0;
}
