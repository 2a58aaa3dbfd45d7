/**
 * Rows of a table whose keys overlap: in every key column they have a value in common. A table's key promises that there
 * are none, and one lookup for a row is sound only then.
 *
 * Rows are first grouped by the columns in which each row stands for one value (only rows equal there can overlap), by
 * sorting. What is left in a group are boxes in as many dimensions as there are other columns. None left: two rows in a
 * group overlap. One: sorted by low ends, an overlap shows against the furthest high end so far. Two: box-sweep.ts, n log n.
 * Three and more: box-split.ts, n log n and a little where boxes are small or columns are often unrestricted.
 */
import { splitBoxes } from './box-split.ts';
import { sweepBoxes } from './box-sweep.ts';
import { isExact, type KeyColumn } from './key-column.ts';
import { OverlapReport } from './overlap-report.ts';
import { identityOrder, sortedOrder } from './word-order.ts';
import { compareWords } from './words.ts';

/** Two rows that overlap, the one with the smaller index first; undefined where the key is disjoint. */
export function findOverlappingRows(columns: readonly KeyColumn[]): [number, number] | undefined {
  return listOverlappingRows(columns, 1)[0];
}

/**
 * Pairs of rows that overlap, the smaller index first, sorted; at most `limit`. Not every such pair, of which there may be
 * n², but (unless the limit cuts them off) so many that rows which are in none of them do not overlap. Empty exactly if the
 * key is disjoint. Throws a RangeError without columns and for columns of different lengths.
 */
export function listOverlappingRows(columns: readonly KeyColumn[], limit: number): [number, number][] {
  const rowCount = columns[0]?.rowCount;
  if (rowCount === undefined || columns.some((column) => column.rowCount !== rowCount)) {
    throw new RangeError('a key needs columns, all with the same number of rows');
  }
  const exact = columns.filter(isExact);
  const boxes = columns.filter((column) => !exact.includes(column));
  const report = new OverlapReport(rowCount, limit);
  const order = orderedBy([...exact, ...boxes.slice(0, 1)], rowCount);
  let start = 0;
  for (let end = 1; end <= rowCount && !report.isComplete(); end++) {
    if (end === rowCount || !sameKey(exact, order[end - 1]!, order[end]!)) {
      if (end - start > 1) {
        reportOverlaps(boxes, order.subarray(start, end), report);
      }
      start = end;
    }
  }
  return report.pairs();
}

/** The rows sorted by the first column, then the second, and so on. */
function orderedBy(columns: readonly KeyColumn[], rowCount: number): Uint32Array {
  let order = identityOrder(rowCount);
  for (const column of columns.toReversed()) {
    order = sortedOrder(column.lows, column.stride, order);
  }
  return order;
}

function sameKey(exact: readonly KeyColumn[], a: number, b: number): boolean {
  return exact.every(({ lows, stride }) => compareWords(lows, a, lows, b, stride) === 0);
}

/** Reports overlaps among rows that are equal in every exact column and sorted by the low ends of the first other. */
function reportOverlaps(boxes: readonly KeyColumn[], rows: Uint32Array, report: OverlapReport): void {
  const [first, second] = boxes;
  if (first === undefined) {
    for (let i = 1; i < rows.length; i++) {
      report.add(rows[0]!, rows[i]!);
    }
  } else if (second === undefined) {
    sweepIntervals(first, rows, report);
  } else if (boxes.length === 2) {
    sweepBoxes(first, second, rows, report);
  } else {
    splitBoxes(boxes, rows, report);
  }
}

/** One dimension: whichever starts at or before the furthest high end so far overlaps the row with that end. */
function sweepIntervals(column: KeyColumn, rows: Uint32Array, report: OverlapReport): void {
  const { lows, highs, stride } = column;
  let furthest = rows[0]!;
  for (let i = 1; i < rows.length; i++) {
    const row = rows[i]!;
    if (compareWords(lows, row, highs, furthest, stride) > 0) {
      furthest = row;
    } else {
      report.add(furthest, row);
    }
  }
}
