/** Columns in which few values occur. */
import { IntervalSet } from './interval-set.ts';

/**
 * The values of a column of so many rows, as a set of numbers of `width` bits (at most 32); rows without a value are left out.
 * Undefined where there are more than `most` different ones.
 */
export function fewValues(
  width: number,
  rowCount: number,
  most: number,
  valueAt: (row: number) => number | undefined,
): IntervalSet | undefined {
  const values = new Set<number>();
  for (let row = 0; row < rowCount; row++) {
    const value = valueAt(row);
    if (value !== undefined) values.add(value);
    if (values.size > most) return undefined;
  }
  return IntervalSet.fromIntervals(
    width,
    [...values].map((value) => [value, value]),
  );
}
