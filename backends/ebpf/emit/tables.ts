/** The tables of fields, as they lie in memory: `struct NAME_table` of policy.h, and the bytes of maps/NAME.bin. */
import { definitionOf, widthOf, type FieldDefinition } from '../fields.ts';
import type { FieldTable, Ranges } from '../tree.ts';
import { blocksOf } from './blocks.ts';
import { MapBytes } from './map-bytes.ts';

/** Up to so many ranges of a field of 16 bits, or of addresses of IPv4, a search stays in few lines of the cache. */
const FEW_OF_NUMBERS = 128;
const FEW_OF_ADDRESSES = 256;
const SMALL_FIELD = 4096;

/** An array in the table's struct. */
interface Column {
  readonly name: string;
  readonly values: Uint16Array | Uint32Array | BigUint64Array;
}

export interface TableLayout {
  readonly kind: 'direct' | 'ranges' | 'wide' | 'blocks';
  readonly name: string;
  /** Of the addresses in it. */
  readonly family?: 4 | 6;
  readonly columns: readonly Column[];
}

/** The one row of all values. */
interface ConstantRow {
  readonly kind: 'constant';
  readonly row: number;
}

export interface FieldLayout {
  readonly definition: FieldDefinition;
  readonly table: FieldTable;
  /** One, or for addresses one for each family. */
  readonly lookups: readonly (TableLayout | ConstantRow)[];
}

export function layoutOf(table: FieldTable): FieldLayout {
  const definition = definitionOf(table.field);
  return { definition, table, lookups: lookupsOf(definition, table) };
}

/** The tables that are maps of their own. */
export function tablesIn({ lookups }: FieldLayout): TableLayout[] {
  return lookups.flatMap((lookup) => (lookup.kind === 'constant' ? [] : [lookup]));
}

/** Names of those that are made of blocks. */
export function blockTablesIn(fields: readonly FieldLayout[]): readonly string[] {
  return fields.flatMap((field) => tablesIn(field).flatMap(({ kind, name }) => (kind === 'blocks' ? name : [])));
}

function lookupsOf({ field, map, search }: FieldDefinition, table: FieldTable): FieldLayout['lookups'] {
  const [first, second] = table.ranges as readonly [Ranges, Ranges];
  switch (search) {
    case 'direct': {
      const values = 2 ** widthOf(field, undefined);
      return [values > SMALL_FIELD && first.rows.length <= FEW_OF_NUMBERS ? narrow(map, first) : direct(map, first)];
    }
    case 'ranges':
      return [narrow(map, first)];
    case 'wide':
      return [wide(map, first)];
    case 'address': {
      const ipv4 = first.rows.length <= FEW_OF_ADDRESSES ? narrow : blocks;
      return [
        constantRow(first) ?? { ...ipv4(`${map}_ipv4`, first), family: 4 },
        constantRow(second) ?? { ...wide(`${map}_ipv6`, second), family: 6 },
      ];
    }
  }
}

function constantRow({ rows }: Ranges): ConstantRow | undefined {
  return rows.length === 1 ? { kind: 'constant', row: rows[0]! } : undefined;
}

/** The row of each value. */
function direct(name: string, { width, lows, rows }: Ranges): TableLayout {
  const values = new Uint16Array(2 ** width);
  rows.forEach((row, index) => values.fill(row, lows[index], lows[index + 1] ?? values.length));
  return { kind: 'direct', name, columns: [{ name: 'rows', values }] };
}

function narrow(name: string, { lows, rows }: Ranges): TableLayout {
  const columns = [
    { name: 'lows', values: padded(lows) },
    { name: 'rows', values: padded(rows) },
  ];
  return { kind: 'ranges', name, columns };
}

/** First values are four words of 32 bits each. */
function wide(name: string, { lows, rows }: Ranges): TableLayout {
  const half = (from: 0 | 2) =>
    BigUint64Array.from(rows, (_, index) => {
      const at = index * 4 + from;
      return (BigInt(lows[at]!) << 32n) | BigInt(lows[at + 1]!);
    });
  const columns = [
    { name: 'high', values: padded(half(0)) },
    { name: 'low', values: padded(half(2)) },
    { name: 'rows', values: padded(rows) },
  ];
  return { kind: 'wide', name, columns };
}

/** The column with its last value repeated up to a power of two: a search that goes too far finds the same there. */
function padded<Values extends Column['values']>(column: Values): Values {
  const size = 2 ** Math.ceil(Math.log2(column.length));
  const result = new (column.constructor as new (length: number) => Values)(size);
  result.set(column as never);
  (result as Uint32Array).fill(column.at(-1) as number, column.length);
  return result;
}

function blocks(name: string, ranges: Ranges): TableLayout {
  const { heads, entries } = blocksOf(ranges);
  const columns = [
    { name: 'blocks', values: heads },
    { name: 'entries', values: entries },
  ];
  return { kind: 'blocks', name, columns };
}

/** In C. */
export function typeOf({ values }: Column): string {
  return `__u${values.BYTES_PER_ELEMENT * 8}`;
}

/** The only element of the table's map. */
export function tableBytes({ columns }: TableLayout): Uint8Array {
  const map = new MapBytes(columns.reduce((sum, { values }) => sum + values.byteLength, 0));
  for (const { values } of columns) {
    if (values instanceof BigUint64Array) map.u64(values);
    else if (values instanceof Uint32Array) map.u32(values);
    else map.u16(values);
  }
  return map.bytes;
}
