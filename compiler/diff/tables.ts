/**
 * What tables of two policies have in common: rows that say the same in the columns that a stage reads are one unknown row
 * for both, and are never spelled out; only the others are asked one by one.
 */
import type { ProgramItem } from '../4-program/program.ts';
import { columnOf, type Column, type ColumnData, type Table } from '../model/table.ts';
import type { FoundRows } from '../proof/found-rows.ts';
import type { RowNumbers } from '../proof/rows.ts';
import { NotComparable } from './not-comparable.ts';

/** Rows that differ are asked one by one, up to so many in one table. */
const MOST_WALKED = 20_000;

export interface PairedTables {
  readonly old: ReadonlyMap<Table, FoundRows>;
  readonly new: ReadonlyMap<Table, FoundRows>;
}

/** The tables of both sides that have the same name, and each side's own. `walk`: tables that are asked row by row anyway. */
export function pairTables(
  old: readonly ProgramItem[],
  later: readonly ProgramItem[],
  walk: (table: Table) => boolean,
): PairedTables {
  const [before, after] = [usedTables(old), usedTables(later)];
  const paired = { old: new Map<Table, FoundRows>(), new: new Map<Table, FoundRows>() };
  const others = [...after.keys()];
  for (const table of before.keys()) {
    const at = others.findIndex((other) => other.name === table.name);
    const [partner] = at < 0 ? [] : others.splice(at, 1);
    if (walk(table) || (partner && walk(partner))) continue;
    if (!partner) {
      paired.old.set(table, wholly(table));
      continue;
    }
    const columns = new Set([...before.get(table)!, ...after.get(partner)!]);
    const rows = commonRows(table, partner, columns);
    if (!rows) {
      const most = Math.max(table.rowCount, partner.rowCount);
      if (most > MOST_WALKED) {
        throw new NotComparable(`the ${most} rows of ${table.name} cannot be told by a key that both have`);
      }
      continue;
    }
    paired.old.set(table, rows.old);
    paired.new.set(partner, rows.new);
  }
  for (const table of others) if (!walk(table)) paired.new.set(table, wholly(table));
  return paired;
}

function wholly(table: Table): FoundRows {
  return { table, found: (rows) => rows, walked: () => new Uint32Array(0) };
}

/** The tables that items have rules for each row of, with the columns that these read. */
function usedTables(items: readonly ProgramItem[]): ReadonlyMap<Table, ReadonlySet<string>> {
  const tables = new Map<Table, Set<string>>();
  const seen = new Set<readonly ProgramItem[]>();
  const visit = (list: readonly ProgramItem[]): void => {
    if (seen.has(list)) return;
    seen.add(list);
    for (const item of list) {
      if (item.kind === 'each' && !tables.has(item.row.table)) tables.set(item.row.table, new Set());
      if (item.kind !== 'rule') visit(item.items);
      else for (const cell of cellsIn(item)) tables.get(cell.row.table)?.add(cell.column);
    }
  };
  visit(items);
  return tables;
}

interface CellLike {
  readonly row: { readonly table: Table };
  readonly column: string;
}

/** What of a rule holds no cell. */
const WITHOUT_CELLS: ReadonlySet<string> = new Set(['origin', 'merged', 'span', 'table', 'memory', 'zones', 'zone']);

function* cellsIn(part: unknown): Generator<CellLike> {
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return;
  if ('kind' in part && part.kind === 'cell') {
    yield part as unknown as CellLike;
    return;
  }
  for (const [key, value] of Object.entries(part)) if (!WITHOUT_CELLS.has(key)) yield* cellsIn(value);
}

/** Undefined where rows cannot be told from each other, or their columns are of other types: then all are asked. */
function commonRows(
  old: Table,
  later: Table,
  columns: ReadonlySet<string>,
): { readonly old: FoundRows; readonly new: FoundRows } | undefined {
  const shared = [...columns].filter((name) => columnOf(old, name) && columnOf(later, name));
  const keys = old.keys.filter((key) => later.keys.some((other) => other.join() === key.join()));
  const areAlike = shared.every((name) => haveOneType(columnOf(old, name)!, columnOf(later, name)!));
  if (!areAlike || shared.length === 0) return undefined;
  const isKeyed = keys.some((key) => key.every((name) => shared.includes(name)));
  const [before, after] = [rowTexts(old, shared), rowTexts(later, shared)];
  if (!isKeyed && (before.length !== after.length || before.some((text, row) => text !== after[row]))) return undefined;
  const rowOf = new Map(before.map((text, row) => [text, row]));
  const partners = isKeyed ? after.map((text) => rowOf.get(text) ?? -1) : after.map((_, row) => row);
  const numbers = new Int32Array(before.length).fill(-1);
  const places = new Int32Array(after.length).fill(-1);
  let count = 0;
  partners.forEach((row, place) => {
    if (row < 0) return;
    numbers[row] = count;
    places[place] = count++;
  });
  const differing = before.length + after.length - 2 * count;
  if (differing > MOST_WALKED) {
    throw new NotComparable(
      `${differing} rows of ${old.name} differ, and more than ${MOST_WALKED} are not asked one by one`,
    );
  }
  const oldRows = numbered(numbers, count);
  const newRows = numbered(places, count);
  const table: Table = {
    ...later,
    rowCount: count,
    keys: isKeyed ? keys : later.keys,
    columns: [...columns].flatMap((name) => {
      const ofNew = columnOf(later, name);
      const column = ofNew ?? columnOf(old, name);
      return column ? [picked(column, ofNew ? newRows : oldRows)] : [];
    }),
  };
  return { old: foundIn(table, numbers), new: foundIn(table, places) };
}

/** The rows by their numbers in common. */
function numbered(numbers: Int32Array, count: number): Uint32Array {
  const rows = new Uint32Array(count);
  numbers.forEach((number, row) => {
    if (number >= 0) rows[number] = row;
  });
  return rows;
}

function foundIn(table: Table, numbers: Int32Array): FoundRows {
  const all = Uint32Array.from(numbers, (_, row) => row);
  return {
    table,
    found: (rows: RowNumbers) => {
      const list = (rows ?? all).filter((row) => numbers[row]! >= 0).map((row) => numbers[row]!);
      return list.length === table.rowCount ? undefined : list.toSorted();
    },
    walked: (rows: RowNumbers) => (rows ?? all).filter((row) => numbers[row]! < 0),
  };
}

function haveOneType({ type, data }: Column, other: Column): boolean {
  return data.store === other.data.store && JSON.stringify(type) === JSON.stringify(other.type);
}

/** For each row a text that is equal exactly for rows that say the same. */
function rowTexts(table: Table, columns: readonly string[]): string[] {
  const texts: string[] = Array.from({ length: table.rowCount }, () => '');
  for (const name of columns) {
    const { data, present } = columnOf(table, name)!;
    const textAt = textsOf(data);
    for (let row = 0; row < texts.length; row++) texts[row] += present?.[row] === 0 ? ';' : `${textAt(row)};`;
  }
  return texts;
}

function textsOf(data: ColumnData): (row: number) => string | number | bigint {
  const words = (list: Uint32Array, row: number) => list.subarray(row * 4, row * 4 + 4).join('.');
  switch (data.store) {
    case 'integer':
    case 'wide integer':
    case 'number':
      return (row) => data.values[row]!;
    case 'rate':
      return (row) => `${data.amounts[row]} ${data.perSeconds[row]} ${data.of[row]}`;
    case 'text':
      return (row) => JSON.stringify(data.strings[data.indices[row]!]);
    case 'range':
      return (row) => `${data.low[row]}-${data.high[row]}`;
    case 'prefix4':
      return (row) => `${data.addresses[row]}/${data.lengths[row]}`;
    case 'prefix6':
      return (row) => `${words(data.words, row)}/${data.lengths[row]}`;
    case 'prefix':
      return (row) => `${data.families[row]} ${words(data.words, row)}/${data.lengths[row]}`;
  }
}

/** The column's cells of these rows. */
function picked(column: Column, rows: Uint32Array): Column {
  const { present } = column;
  const own = present ? { present: Uint8Array.from(rows, (row) => present[row]!) } : {};
  return { ...column, ...own, data: pickedData(column.data, rows) };
}

function pickedData(data: ColumnData, rows: Uint32Array): ColumnData {
  const numbers = (list: ArrayLike<number>) => Uint32Array.from(rows, (row) => list[row]!);
  const bytes = (list: Uint8Array) => Uint8Array.from(rows, (row) => list[row]!);
  const words = (list: Uint32Array) =>
    Uint32Array.from({ length: rows.length * 4 }, (_, at) => list[rows[at >> 2]! * 4 + (at & 3)]!);
  switch (data.store) {
    case 'integer':
      return { ...data, values: numbers(data.values) };
    case 'wide integer':
      return { ...data, values: BigUint64Array.from(rows, (row) => data.values[row]!) };
    case 'number':
      return { ...data, values: Float64Array.from(rows, (row) => data.values[row]!) };
    case 'rate':
      return {
        ...data,
        amounts: Float64Array.from(rows, (row) => data.amounts[row]!),
        perSeconds: Float64Array.from(rows, (row) => data.perSeconds[row]!),
        of: bytes(data.of),
      };
    case 'text':
      return { ...data, indices: numbers(data.indices) };
    case 'range':
      return { ...data, low: numbers(data.low), high: numbers(data.high) };
    case 'prefix4':
      return { ...data, addresses: numbers(data.addresses), lengths: bytes(data.lengths) };
    case 'prefix6':
      return { ...data, words: words(data.words), lengths: bytes(data.lengths) };
    case 'prefix':
      return { ...data, families: bytes(data.families), words: words(data.words), lengths: bytes(data.lengths) };
  }
}
