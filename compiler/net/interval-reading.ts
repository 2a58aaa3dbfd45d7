/** What is in canonical interval columns: whether a value, how many, and which. */
import { isOneOfWords, type IntervalColumns } from './interval-columns.ts';
import { compareWords, readValue, writeSuccessor, type Value } from './words.ts';

/** Whether a value of a field of at most 32 bits is in them. Asked in loops: it makes no object. */
export function containsWord({ highs, lows, intervalCount }: IntervalColumns, value: number): boolean {
  let low = 0;
  let high = intervalCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (highs[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low < intervalCount && lows[low]! <= value;
}

/** How many values there are. */
export function sizeOf(columns: IntervalColumns): bigint {
  const { stride, intervalCount, lows, highs } = columns;
  if (isOneOfWords(columns)) return BigInt(highs[0]! - lows[0]! + 1);
  let total = 0n;
  // Differences of words add up exactly in numbers as long as there are at most 2^20 of them.
  const batch = 1 << 20;
  for (let from = 0; from < intervalCount; from += batch) {
    const to = Math.min(from + batch, intervalCount);
    let sum = 0n;
    for (let k = 0; k < stride; k++) {
      let differences = 0;
      for (let i = from; i < to; i++) differences += highs[i * stride + k]! - lows[i * stride + k]!;
      sum = (sum << 32n) + BigInt(differences);
    }
    total += sum + BigInt(to - from);
  }
  return total;
}

/** All values, ascending. */
export function* valuesOf({ stride, intervalCount, lows, highs }: IntervalColumns): Generator<Value> {
  const value = new Uint32Array(stride);
  for (let i = 0; i < intervalCount; i++) {
    yield readValue(lows, i, stride);
    value.set(lows.subarray(i * stride, (i + 1) * stride));
    while (compareWords(value, 0, highs, i, stride) < 0) {
      writeSuccessor(value, 0, value, 0, stride);
      yield readValue(value, 0, stride);
    }
  }
}
