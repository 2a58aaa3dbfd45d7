/**
 * Set algebra on canonical interval columns, each function one sweep over its arguments. Where one of two sets is much
 * smaller, intersection, difference and the tests leap through the greater one instead of walking it.
 */
import { IntervalBuilder, intervalOfWords, isOneOfWords, type IntervalColumns } from './interval-columns.ts';
import { sortedOrder } from './word-order.ts';
import { compareWords, copyWords, searchAtLeast, strideOf, writePredecessor, writeSuccessor } from './words.ts';

/** The canonical form of intervals in any order, overlapping or not; each must have low ≤ high within the width. */
export function canonicalIntervals(width: number, lows: Uint32Array, highs: Uint32Array): IntervalColumns {
  const stride = strideOf(width);
  if (lows.length === stride) return { width, stride, intervalCount: 1, lows: lows.slice(), highs: highs.slice() };
  const order = sortedOrder(lows, stride);
  const builder = new IntervalBuilder(width, order.length);
  for (let i = 0; i < order.length; i++) {
    builder.appendJoining(lows, order[i]!, highs, order[i]!);
  }
  return builder.finish();
}

/** Every value in `a`, `b` or both. */
export function uniteIntervals(a: IntervalColumns, b: IntervalColumns): IntervalColumns {
  const builder = new IntervalBuilder(a.width, a.intervalCount + b.intervalCount);
  let i = 0;
  let j = 0;
  while (i < a.intervalCount || j < b.intervalCount) {
    const fromA = j === b.intervalCount || (i < a.intervalCount && compareWords(a.lows, i, b.lows, j, a.stride) <= 0);
    if (fromA) {
      builder.appendJoining(a.lows, i, a.highs, i);
      i++;
    } else {
      builder.appendJoining(b.lows, j, b.highs, j);
      j++;
    }
  }
  return builder.finish();
}

/** Every value in both `a` and `b`; one of them, where that is the answer and soon told. */
export function intersectIntervals(a: IntervalColumns, b: IntervalColumns): IntervalColumns {
  if (isOneOfWords(a) && isOneOfWords(b)) return intersectOne(a, b);
  const [few, many] = a.intervalCount <= b.intervalCount ? [a, b] : [b, a];
  const { stride } = few;
  const builder = new IntervalBuilder(few.width, few.intervalCount);
  let j = 0;
  for (let i = 0; i < few.intervalCount; i++) {
    j = searchAtLeast(many.highs, j, many.intervalCount, few.lows, i, stride);
    while (j < many.intervalCount && compareWords(many.lows, j, few.highs, i, stride) <= 0) {
      const low = compareWords(many.lows, j, few.lows, i, stride) > 0;
      const high = compareWords(many.highs, j, few.highs, i, stride) < 0;
      builder.append(low ? many.lows : few.lows, low ? j : i, high ? many.highs : few.highs, high ? j : i);
      if (!high) {
        // It may reach into the next of the few.
        break;
      }
      j++;
    }
  }
  return builder.finish();
}

function intersectOne(a: IntervalColumns, b: IntervalColumns): IntervalColumns {
  const low = a.lows[0]!;
  const high = a.highs[0]!;
  const otherLow = b.lows[0]!;
  const otherHigh = b.highs[0]!;
  if (otherLow <= low && high <= otherHigh) return a;
  if (low <= otherLow && otherHigh <= high) return b;
  if (otherLow > high || low > otherHigh) return noIntervals(a.width);
  return intervalOfWords(a.width, Math.max(low, otherLow), Math.min(high, otherHigh));
}

/** Every value in `a` that is not in `b`; `a`, where that is the answer and soon told. */
export function subtractIntervals(a: IntervalColumns, b: IntervalColumns): IntervalColumns {
  if (isOneOfWords(a) && isOneOfWords(b)) return subtractOne(a, b);
  const { stride } = a;
  const builder = new IntervalBuilder(a.width, a.intervalCount);
  const rest = new Uint32Array(stride);
  const end = new Uint32Array(stride);
  let j = 0;
  for (let i = 0; i < a.intervalCount; i++) {
    copyWords(a.lows, i, rest, 0, stride);
    let remains = true;
    j = searchAtLeast(b.highs, j, b.intervalCount, rest, 0, stride);
    while (remains && j < b.intervalCount && compareWords(b.lows, j, a.highs, i, stride) <= 0) {
      if (compareWords(b.lows, j, rest, 0, stride) > 0) {
        writePredecessor(b.lows, j, end, 0, stride);
        builder.append(rest, 0, end, 0);
      }
      remains = compareWords(b.highs, j, a.highs, i, stride) < 0;
      if (remains) {
        writeSuccessor(b.highs, j, rest, 0, stride);
        j++;
      }
    }
    if (remains) {
      builder.append(rest, 0, a.highs, i);
    }
  }
  return builder.finish();
}

function subtractOne(a: IntervalColumns, b: IntervalColumns): IntervalColumns {
  const low = a.lows[0]!;
  const high = a.highs[0]!;
  const otherLow = b.lows[0]!;
  const otherHigh = b.highs[0]!;
  if (otherLow > high || low > otherHigh) return a;
  const before = low < otherLow;
  const behind = otherHigh < high;
  if (before && behind) {
    const lows = Uint32Array.of(low, otherHigh + 1);
    const highs = Uint32Array.of(otherLow - 1, high);
    return { width: a.width, stride: 1, intervalCount: 2, lows, highs };
  }
  if (before) return intervalOfWords(a.width, low, otherLow - 1);
  return behind ? intervalOfWords(a.width, otherHigh + 1, high) : noIntervals(a.width);
}

function noIntervals(width: number): IntervalColumns {
  return new IntervalBuilder(width, 0).finish();
}

/** Whether every value of `a` is in `b`. */
export function isSubsetOfIntervals(a: IntervalColumns, b: IntervalColumns): boolean {
  let j = 0;
  for (let i = 0; i < a.intervalCount; i++) {
    j = searchAtLeast(b.highs, j, b.intervalCount, a.highs, i, a.stride);
    if (j === b.intervalCount || compareWords(b.lows, j, a.lows, i, a.stride) > 0) {
      return false;
    }
  }
  return true;
}

/** Whether some value is in both `a` and `b`. */
export function haveCommonValue(a: IntervalColumns, b: IntervalColumns): boolean {
  const [few, many] = a.intervalCount <= b.intervalCount ? [a, b] : [b, a];
  let j = 0;
  for (let i = 0; i < few.intervalCount; i++) {
    j = searchAtLeast(many.highs, j, many.intervalCount, few.lows, i, few.stride);
    if (j === many.intervalCount) {
      return false;
    }
    if (compareWords(many.lows, j, few.highs, i, few.stride) <= 0) {
      return true;
    }
  }
  return false;
}
