/**
 * Overlaps among boxes of two dimensions in n log n. A line sweeps along the first dimension; the boxes under it all meet
 * in that dimension, so, as long as none overlap, their intervals in the second are disjoint and a new one can only overlap
 * its neighbours there. A box that does overlap is reported and left out, which keeps it so.
 */
import { rowsMeet, type KeyColumn } from './key-column.ts';
import type { OverlapReport } from './overlap-report.ts';
import { RankSet } from './rank-set.ts';
import { permuteWords, sortedOrder } from './word-order.ts';
import { compareWords } from './words.ts';

// Up to here it costs less to compare all pairs than to set up a sweep.
const FEW_ROWS = 8;

/** Compares every two of a few rows. */
export function comparePairs(columns: readonly KeyColumn[], rows: Uint32Array, report: OverlapReport): void {
  for (let i = 1; i < rows.length; i++) {
    const row = rows[i]!;
    for (let j = 0; j < i && !report.isDropped(row); j++) {
      const other = rows[j]!;
      if (!report.isDropped(other) && columns.every((column) => rowsMeet(column, other, row))) {
        report.add(other, row);
      }
    }
  }
}

/** Reports overlaps among rows, none of them dropped, that are boxes of two columns. */
export function sweepBoxes(along: KeyColumn, across: KeyColumn, rows: Uint32Array, report: OverlapReport): void {
  if (rows.length <= FEW_ROWS) {
    comparePairs([along, across], rows, report);
    return;
  }
  // From here on a row is its rank: its place among the low ends of the second dimension.
  const byRank = sortedOrder(across.lows, across.stride, rows);
  const lows = permuteWords(along.lows, along.stride, byRank);
  const highs = permuteWords(along.highs, along.stride, byRank);
  const starts = sortedOrder(lows, along.stride);
  const ends = sortedOrder(highs, along.stride);
  const under = new RankSet(rows.length);
  let ended = 0;
  for (const rank of starts) {
    while (compareWords(highs, ends[ended]!, lows, rank, along.stride) < 0) {
      under.delete(ends[ended]!);
      ended++;
    }
    const row = byRank[rank]!;
    const neighbours = [under.before(rank), under.after(rank)];
    const met = neighbours.find((neighbour) => neighbour >= 0 && rowsMeet(across, byRank[neighbour]!, row));
    if (met === undefined) {
      under.add(rank);
    } else {
      report.add(byRank[met]!, row);
      if (report.isComplete()) {
        return;
      }
    }
  }
}
