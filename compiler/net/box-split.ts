/**
 * Overlaps among boxes of three and more dimensions, by divide and conquer: rows are split at a value of one column into
 * those that reach below and those that reach above it, again and again, at the value that leaves the fewest rows on the
 * fuller side. A column in which all rows of a part meet each other (an unrestricted one, say) no longer counts there; with
 * two columns left that do, the sweep of two dimensions settles the part, with one column or none it is settled likewise.
 *
 * A row that reaches to both sides is in both parts. Where few do, this is n log² n; boxes made for it, long and thin in
 * all directions, make it grow like n^(d/2), which is as many pieces as a space filled by disjoint boxes may have.
 */
import { comparePairs, sweepBoxes } from './box-sweep.ts';
import type { KeyColumn } from './key-column.ts';
import type { OverlapReport } from './overlap-report.ts';
import { sortedOrder } from './word-order.ts';
import { compareWords } from './words.ts';

const FEW_ROWS = 8;

/** Rows split in two: those that reach below or to the value, those that reach above it. */
interface Split {
  readonly column: KeyColumn;
  /** The row whose high end is the value. */
  readonly at: number;
  /** How many rows are on the fuller side. */
  readonly fuller: number;
}

/** Reports overlaps among rows that are boxes of the given columns. */
export function splitBoxes(columns: readonly KeyColumn[], rows: Uint32Array, report: OverlapReport): void {
  const parts = [rows];
  for (let part = parts.pop(); part !== undefined && !report.isComplete(); part = parts.pop()) {
    const left = part.filter((row) => !report.isDropped(row));
    if (left.length <= FEW_ROWS) {
      comparePairs(columns, left, report);
      continue;
    }
    const splits = columns.map((column) => bestSplit(column, left)).filter((split) => split !== undefined);
    const [first, second] = splits;
    if (splits.length > 2) {
      const { column, at } = splits.reduce((best, split) => (split.fuller < best.fuller ? split : best));
      parts.push(left.filter((row) => compareWords(column.lows, row, column.highs, at, column.stride) <= 0));
      parts.push(left.filter((row) => compareWords(column.highs, row, column.highs, at, column.stride) > 0));
    } else {
      // In every other column all rows meet; in one that is missing here, any that counts no more does.
      const along = first?.column ?? columns[0]!;
      sweepBoxes(along, second?.column ?? along, left, report);
    }
  }
}

/** The best value at which to split by a column; undefined where all rows meet each other in it. */
function bestSplit(column: KeyColumn, rows: Uint32Array): Split | undefined {
  const { lows, highs, stride } = column;
  const byLow = sortedOrder(lows, stride, rows);
  const byHigh = sortedOrder(highs, stride, rows);
  let below = 0;
  let best: Split | undefined;
  for (let i = 0; i < rows.length; i++) {
    const at = byHigh[i]!;
    while (below < rows.length && compareWords(lows, byLow[below]!, highs, at, stride) <= 0) {
      below++;
    }
    // Rows i + 1 and on reach above; of several rows with this high end, the last tells their number.
    const fuller = Math.max(below, rows.length - i - 1);
    if (fuller < (best?.fuller ?? rows.length)) {
      best = { column, at, fuller };
    }
  }
  return best;
}
