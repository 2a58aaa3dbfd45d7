/** Rows of tables, as tests and texts of diagrams know them: one row by its number, or the unknown row that a key finds. */
import type { Cell, RowVariable } from '../model/condition.ts';
import { columnOf, type Column, type Table } from '../model/table.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { Family } from '../4-program/program.ts';

/** The row at hand: `number` counts from 0, `name` tells unknown rows apart. */
export type BoundRow =
  { readonly kind: 'row'; readonly number: number } | { readonly kind: 'found'; readonly name: string };

/** By variable, or by table for rules that several `each`s share. */
export type BoundRows = ReadonlyMap<RowVariable | Table, BoundRow>;

export const NO_ROWS: BoundRows = new Map();

export function rowOf(cell: Cell, rows: BoundRows): BoundRow {
  const row = rows.get(cell.row) ?? rows.get(cell.row.table);
  if (!row) throw new Error(`no row of ${cell.row.table.name} is bound`);
  return row;
}

/** What a cell stands for in a canonical text: of a known row its value, as the literal of that value reads. */
export function cellInText(cell: Cell, key: string, rows: BoundRows): unknown {
  const row = rowOf(cell, rows);
  if (row.kind === 'found') return { cell: `${cell.row.table.name}.${cell.column}`, row: row.name };
  const column = columnOf(cell.row.table, cell.column)!;
  if (column.present?.[row.number] === 0) return null;
  const { data } = column;
  const range = (low: bigint | number, high: bigint | number) => {
    const text = (value: bigint | number) => (typeof value === 'bigint' ? `${value}n` : value);
    return { high: text(high), kind: 'range', low: text(low) };
  };
  switch (data.store) {
    case 'integer':
      return key === 'ports' ? range(data.values[row.number]!, data.values[row.number]!) : data.values[row.number]!;
    case 'range':
      return range(data.low[row.number]!, data.high[row.number]!);
    case 'wide integer':
      return `${data.values[row.number]!}n`;
    case 'number':
      return data.values[row.number]!;
    case 'text':
      return data.strings[data.indices[row.number]!];
    case 'rate': {
      const of = ['events', 'bits', 'bytes'][data.of[row.number]!];
      return { amount: data.amounts[row.number]!, of, perSeconds: data.perSeconds[row.number]! };
    }
    default: {
      const { base, size } = prefixAt(data, row.number);
      return range(base, base + size - 1n);
    }
  }
}

type PrefixData = Extract<Column['data'], { readonly lengths: Uint8Array }>;

function prefixAt(data: PrefixData, row: number): { family: Family; base: bigint; size: bigint } {
  const family = data.store === 'prefix' ? (data.families[row] === 4 ? 4 : 6) : data.store === 'prefix4' ? 4 : 6;
  const address =
    data.store === 'prefix4'
      ? BigInt(data.addresses[row]!)
      : [0, 1, 2, 3].reduce((value, word) => (value << 32n) | BigInt(data.words[row * 4 + word]!), 0n);
  const size = 1n << BigInt((family === 4 ? 32 : 128) - data.lengths[row]!);
  return { family, base: address - (address % size), size };
}

/** The addresses of a family that a known row's cell holds. */
export function cellAddresses(cell: Cell, row: number, family: Family): IntervalSet {
  const width = family === 4 ? 32 : 128;
  const column = columnOf(cell.row.table, cell.column)!;
  if (column.present?.[row] === 0) return IntervalSet.empty(width);
  const { data } = column;
  if (!('lengths' in data)) throw new Error(`a column of ${data.store} holds no addresses`);
  const prefix = prefixAt(data, row);
  if (prefix.family !== family) return IntervalSet.empty(width);
  const ends: [bigint, bigint] = [prefix.base, prefix.base + prefix.size - 1n];
  return IntervalSet.fromIntervals(width, [family === 4 ? [Number(ends[0]), Number(ends[1])] : ends]);
}

/** The numbers of `width` bits that a known row's cell holds. */
export function cellNumbers(cell: Cell, row: number, width: number): IntervalSet {
  const column = columnOf(cell.row.table, cell.column)!;
  if (column.present?.[row] === 0) return IntervalSet.empty(width);
  const { data } = column;
  const within = (low: bigint, high: bigint) => {
    const most = (1n << BigInt(width)) - 1n;
    if (low > most) return IntervalSet.empty(width);
    const ends: [bigint, bigint] = [low, high > most ? most : high];
    return IntervalSet.fromIntervals(width, [width > 32 ? ends : [Number(ends[0]), Number(ends[1])]]);
  };
  switch (data.store) {
    case 'integer':
      return within(BigInt(data.values[row]!), BigInt(data.values[row]!));
    case 'range':
      return within(BigInt(data.low[row]!), BigInt(data.high[row]!));
    case 'wide integer':
      return within(data.values[row]!, data.values[row]!);
    case 'number':
      return within(BigInt(data.values[row]!), BigInt(data.values[row]!));
    default:
      throw new Error(`a column of ${data.store} holds no numbers`);
  }
}
