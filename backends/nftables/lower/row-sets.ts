/** Sets and maps of a table's rows: the key of each row, and what stands behind it. */
import { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import type { Lookup } from '../../../compiler/6-plan/plan.ts';
import { columnOf, type Table } from '../../../compiler/model/table.ts';
import type { Elements, NftSet } from '../tree.ts';
import type { Context } from './context.ts';
import { setType } from './keys.ts';
import type { LookupKey } from './lookup-keys.ts';

/** Rows that share a set or map, and what stands behind their keys there; `rows` is the list that the row is from. */
export type ElementTail = (row: number, out: TextBuffer, rows: Uint32Array) => void;

/** A set or map keyed as the lookup is, still without elements. */
export function rowSet(name: string, key: LookupKey, data: readonly string[] = []): NftSet {
  return {
    kind: 'set',
    name,
    ...setType(key.parts, data),
    flags: key.interval ? ['interval'] : [],
    size: undefined,
    isVolatile: key.isVolatile,
    timeout: undefined,
    counter: false,
    elements: undefined,
    description: '',
  };
}

/** What a set of rows holds: the same text for the same content, whichever end of a packet is looked up in it. */
export function rowSetOwner(
  lookup: Lookup,
  key: LookupKey,
  rows: readonly Uint32Array[],
  context: Pick<Context, 'ownerOf'>,
): string {
  const { table } = lookup.row;
  const selection = rows.map((some) => (some.length === table.rowCount ? 'all' : fingerprint(some))).join('/');
  const looked = key.expression.replaceAll(/\b[sd](addr|port)\b/g, '$1');
  return `${context.ownerOf(table)} ${looked} ${key.name} ${lookup.family ?? ''} ${selection}`;
}

function fingerprint(rows: Uint32Array): string {
  let hash = 0x811c9dc5;
  for (const row of rows) hash = Math.imul(hash ^ row, 0x01000193);
  return `${rows.length}:${(hash >>> 0).toString(16)}`;
}

/** What a set of rows is best called: `devices_pc_address` for the addresses of all rows whose class is `pc`. */
export function rowSetName(lookup: Lookup, key: LookupKey, rows: readonly Uint32Array[]): string {
  const { table } = lookup.row;
  const hasBoth = lookup.key.some((part) => {
    const type = columnOf(table, part.column)?.type;
    return type !== undefined && 'family' in type && type.family === 'both';
  });
  const selection = rows.length === 1 ? selectionName(table, rows[0]!) : '';
  return `${table.name}${selection}_${key.name}${hasBoth ? `_ipv${lookup.family}` : ''}`;
}

/** The value that the rows, and no others, have in a column of few values. */
function selectionName({ columns, rowCount }: Table, rows: Uint32Array): string {
  if (rows.length === 0 || rows.length === rowCount) return '';
  for (const { type, data, present } of columns) {
    if (type.kind !== 'enum' || data.store !== 'integer' || present !== undefined) continue;
    const { values } = data;
    const value = values[rows[0]!]!;
    if (!rows.every((row) => values[row] === value)) continue;
    let all = 0;
    for (const other of values) if (other === value) all++;
    if (all === rows.length) return `_${type.members[value]}`;
  }
  return '';
}

/** The rows' keys (each once: of equal keys the first row's), with what stands behind each. */
export function rowElements(
  lookup: Lookup,
  key: LookupKey,
  rows: readonly Uint32Array[],
  tail: ElementTail | undefined,
): Elements {
  const kept = rows.map((some) => distinctRows(lookup, key, some));
  const count = kept.reduce((sum, some) => sum + some.length, 0);
  const starts: number[] = [];
  let start = 0;
  for (const some of kept) {
    starts.push(start);
    start += some.length;
  }
  return {
    count,
    write: (index, out) => {
      let group = kept.length - 1;
      while (starts[group]! > index) group--;
      const row = kept[group]![index - starts[group]!]!;
      key.write(row, out);
      tail?.(row, out, rows[group]!);
    },
  };
}

/** Rows with all their cells and, where the table promises no unique key, without repetitions. */
export function distinctRows(lookup: Lookup, key: LookupKey, rows: Uint32Array): Uint32Array {
  const { table } = lookup.row;
  const present = rows.filter(key.has);
  const columns = new Set(lookup.key.map((part) => part.column));
  if (table.keys.some((declared) => declared.every((name) => columns.has(name)))) return present;
  const seen = new Set<string>();
  return present.filter((row) => {
    const text = keyText(key, row);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

const decoder = new TextDecoder();

function keyText(key: LookupKey, row: number): string {
  const out = new TextBuffer(128);
  key.write(row, out);
  return decoder.decode(out.finish());
}
