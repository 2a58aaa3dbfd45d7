/** Reading the cells of tables. A cell that is empty reads as undefined, whatever its type. */
import type { Cell, Rate, RowVariable } from './condition.ts';
import { columnOf, type Column } from './table.ts';
import { formatIpv4, formatIpv6 } from '../net/address.ts';
import { readBigint } from '../net/words.ts';

export interface PrefixValue {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly length: number;
}

export type Rows = ReadonlyMap<RowVariable, number>;

const columns = new WeakMap<object, Map<string, Column | undefined>>();

/** The column of a cell, found by name once for each table. */
function columnAt(cell: Cell): Column | undefined {
  let byName = columns.get(cell.row.table);
  if (byName === undefined) columns.set(cell.row.table, (byName = new Map()));
  if (!byName.has(cell.column)) byName.set(cell.column, columnOf(cell.row.table, cell.column));
  return byName.get(cell.column);
}

function place(cell: Cell, rows: Rows): { readonly column: Column; readonly row: number } | undefined {
  const column = columnAt(cell);
  const row = rows.get(cell.row);
  if (column === undefined || row === undefined) return undefined;
  return column.present !== undefined && column.present[row] === 0 ? undefined : { column, row };
}

/** Numbers, and the ends of ranges of ports: both ends included. */
export function cellRange(cell: Cell, rows: Rows): { readonly low: number; readonly high: number } | undefined {
  const at = place(cell, rows);
  if (at === undefined) return undefined;
  const { data } = at.column;
  const { row } = at;
  switch (data.store) {
    case 'integer':
    case 'number':
      return { low: data.values[row] ?? 0, high: data.values[row] ?? 0 };
    case 'wide integer': {
      const value = Number(data.values[row] ?? 0n);
      return { low: value, high: value };
    }
    case 'range':
      return { low: data.low[row] ?? 0, high: data.high[row] ?? 0 };
    default:
      return undefined;
  }
}

export function cellNumber(cell: Cell, rows: Rows): number | undefined {
  const range = cellRange(cell, rows);
  return range !== undefined && range.low === range.high ? range.low : undefined;
}

/** An address or a prefix; an address has the full length. */
export function cellPrefix(cell: Cell, rows: Rows): PrefixValue | undefined {
  const at = place(cell, rows);
  return at === undefined ? undefined : prefixAt(at.column, at.row);
}

export function prefixAt(column: Column, row: number): PrefixValue | undefined {
  const { data } = column;
  switch (data.store) {
    case 'prefix4':
      return { family: 4, value: BigInt(data.addresses[row] ?? 0), length: data.lengths[row] ?? 32 };
    case 'prefix6':
      return { family: 6, value: readBigint(data.words, row, 4), length: data.lengths[row] ?? 128 };
    case 'prefix': {
      const family = data.families[row] === 4 ? 4 : 6;
      return { family, value: readBigint(data.words, row, 4), length: data.lengths[row] ?? 0 };
    }
    default:
      return undefined;
  }
}

export function cellRate(cell: Cell, rows: Rows): Rate | undefined {
  const at = place(cell, rows);
  if (at === undefined || at.column.data.store !== 'rate') return undefined;
  const { amounts, perSeconds, of } = at.column.data;
  const { row } = at;
  return {
    of: (['events', 'bits', 'bytes'] as const)[of[row] ?? 0] ?? 'events',
    amount: amounts[row] ?? 0,
    perSeconds: perSeconds[row] ?? 1,
  };
}

/** The cell as text, for names of counters. Equal values give equal texts. */
export function cellText(cell: Cell, rows: Rows): string | undefined {
  const at = place(cell, rows);
  if (at === undefined) return undefined;
  const { data, type } = at.column;
  if (data.store === 'text') return data.strings[data.indices[at.row] ?? 0];
  if (data.store === 'integer' && type.kind === 'enum') return type.members[data.values[at.row] ?? 0];
  const prefix = cellPrefix(cell, rows);
  if (prefix !== undefined) return `${prefix.value}/${prefix.length}`;
  const range = cellRange(cell, rows);
  if (range === undefined) return undefined;
  return range.low === range.high ? `${range.low}` : `${range.low}-${range.high}`;
}

/** The cell as a person would write it, for names of classes; an address without its length where that is the whole. */
export function cellName(cell: Cell, rows: Rows): string | undefined {
  const prefix = cellPrefix(cell, rows);
  if (prefix === undefined) return cellText(cell, rows);
  const { family, value, length } = prefix;
  const address = family === 4 ? formatIpv4(Number(value)) : formatIpv6(value);
  return length === (family === 4 ? 32 : 128) ? address : `${address}/${length}`;
}

/** Whether an address lies in a prefix. */
export function isInPrefix(prefix: PrefixValue, family: 4 | 6, address: bigint): boolean {
  const hostBits = BigInt((family === 4 ? 32 : 128) - prefix.length);
  return prefix.family === family && address >> hostBits === prefix.value >> hostBits;
}
