/** What every type of column has in common: how its cells are read from text, straight into typed arrays. */
import type { ColumnData } from '../../../model/table.ts';

/** Why a text is no value of a column's type. */
export interface Complaint {
  /** Goes on after the quoted text: `is no IPv4 address`. */
  readonly problem: string;
  readonly hint?: string | undefined;
  /** The text is an address with bits set below its prefix length, which has a code of its own. */
  readonly hostBitsSet?: boolean;
}

/**
 * A column that is being filled. Rows are written in any order, each at most once with success; a row that was not
 * written holds zeros (for text: the first text there is).
 */
export interface CellReader {
  /** Makes room for rows 0 to `rows` − 1; what was written stays. */
  reserve(rows: number): void;
  /** Reads the text `bytes[start..end)`, UTF-8, as the cell of `row`. False if it is no value of the type. */
  read(bytes: Uint8Array, start: number, end: number, row: number): boolean;
  /** Why `read` said no to this text. */
  explain(text: string): Complaint;
  /** The first `rows` rows; nothing may be read after that. */
  finish(rows: number): ColumnData;
}

/** A longer copy of a column. */
export function grownWords(column: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(length);
  longer.set(column);
  return longer;
}

/** A longer copy of a column. */
export function grownBytes(column: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(length);
  longer.set(column);
  return longer;
}

/** A longer copy of a column. */
export function grownNumbers(column: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length);
  longer.set(column);
  return longer;
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(texts: readonly string[]): string {
  const last = texts.at(-1) ?? '';
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(', ')} or ${last}`;
}
