/**
 * Tables as columns in typed arrays: a row is a number, never an object. A table of 212,000 rows costs a few megabytes.
 */
import type { Span } from '../../grammar/source.ts';

export type ColumnType =
  | { readonly kind: 'unsigned'; readonly bits: 8 | 16 | 32 | 64 }
  | { readonly kind: 'bool' | 'string' | 'port' | 'ports' | 'protocol' | 'mac' | 'rate' | 'size' | 'duration' | 'date' }
  | { readonly kind: 'enum'; readonly members: readonly string[] }
  /** `ip` is `both`: each cell is of one family or the other. */
  | { readonly kind: 'address' | 'prefix'; readonly family: 4 | 6 | 'both' };

/** The cells of a column; which store a type uses is fixed (see `storeOf` in 1-load). */
export type ColumnData =
  /** u8, u16, u32, bool (0/1), enum (index of the member), port, protocol, date (days since 1970-01-01). */
  | { readonly store: 'integer'; readonly values: Uint32Array }
  /** u64, mac. */
  | { readonly store: 'wide integer'; readonly values: BigUint64Array }
  /** size (bytes), duration (milliseconds). */
  | { readonly store: 'number'; readonly values: Float64Array }
  /** rate: amount in `perSeconds` seconds, of events, bits or bytes (0, 1, 2). */
  | {
      readonly store: 'rate';
      readonly amounts: Float64Array;
      readonly perSeconds: Float64Array;
      readonly of: Uint8Array;
    }
  | { readonly store: 'text'; readonly indices: Uint32Array; readonly strings: readonly string[] }
  /** ports: ranges, both ends included. */
  | { readonly store: 'range'; readonly low: Uint32Array; readonly high: Uint32Array }
  /** ipv4 and prefix4; an address has length 32. */
  | { readonly store: 'prefix4'; readonly addresses: Uint32Array; readonly lengths: Uint8Array }
  /** ipv6 and prefix6: four words a row, most significant first. */
  | { readonly store: 'prefix6'; readonly words: Uint32Array; readonly lengths: Uint8Array }
  /** ip and prefix: `families` is 4 or 6 a row; an IPv4 address is in the last of the four words. */
  | {
      readonly store: 'prefix';
      readonly families: Uint8Array;
      readonly words: Uint32Array;
      readonly lengths: Uint8Array;
    };

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly volatile: boolean;
  readonly data: ColumnData;
  /** Where a cell may be empty (`= none`): 1 for a row that has a value. Absent: every row has one. */
  readonly present?: Uint8Array;
  readonly span: Span;
}

export interface Table {
  readonly name: string;
  readonly rowCount: number;
  readonly columns: readonly Column[];
  /** Column names of each `key`; no two rows overlap in them (checked). */
  readonly keys: readonly (readonly string[])[];
  /** The file the rows came from, or undefined for inline rows. */
  readonly path: string | undefined;
  /** Line (from 1) of each row in that file; 0 for inline rows. */
  readonly lines: Uint32Array;
  readonly span: Span;
}

export function columnOf(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}
