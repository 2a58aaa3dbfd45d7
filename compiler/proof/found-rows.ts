/** Tables of which the row that a key finds is one unknown, the same for all that is compared. */
import type { Table } from '../model/table.ts';
import type { RowNumbers } from './rows.ts';

/**
 * The rows of a table as unknown ones. Where others are walked besides, one key has to find them all: a packet then meets one
 * row at most, and it is of no account in which order they are asked.
 */
export interface FoundRows {
  /** What the key looks into: the table itself, or what it has in common with another. */
  readonly table: Table;
  /** The rows of a list, by their numbers in `table`. */
  readonly found: (rows: RowNumbers) => RowNumbers;
  /** The rows of a list that are not in `table`, by their own numbers. */
  readonly walked: (rows: RowNumbers) => Uint32Array;
}

const NONE = new Uint32Array(0);

/** All rows of the tables. */
export function allRowsOf(tables: Iterable<Table>): ReadonlyMap<Table, FoundRows> {
  return new Map([...tables].map((table) => [table, { table, found: (rows) => rows, walked: () => NONE }]));
}
