/** The tables of the policy: columns over sorted rows. What has the same keys is one table. */
import { TextBuffer } from '../../../artifacts/text-buffer.ts';
import type { Names } from '../write/names.ts';
import { PORT_PROTOCOLS } from './rule-forms.ts';

export type ColumnType = 'ipv4' | 'prefix4' | 'ipv6' | 'prefix6' | 'mac' | 'proto' | 'port' | 'u32' | 'string';

export interface ColumnData {
  /** As a person would call it. */
  readonly name: string;
  readonly type: ColumnType;
  /** Numbers; of what is wider, what `text` makes texts of. */
  readonly values: Uint32Array;
  /** Of prefixes, as they are written. */
  readonly lengths?: Uint8Array;
  readonly text?: (value: number, length: number) => string;
}

export class StoredTable {
  readonly keys: readonly ColumnData[];
  readonly columns: ColumnData[];
  readonly wanted: string;
  /** Known once all tables are. */
  name = '';

  constructor(keys: readonly ColumnData[], wanted: string) {
    this.keys = keys;
    this.columns = [...keys];
    this.wanted = wanted;
  }

  /** The column of such content, a new one where there is none, by its name here. */
  columnFor(data: ColumnData): string {
    const known = this.columns.find((column) => !this.keys.includes(column) && sameColumn(column, data));
    if (known) return known.name;
    let { name } = data;
    for (let number = 2; this.columns.some((column) => column.name === name); number++) name = `${data.name}_${number}`;
    this.columns.push({ ...data, name });
    return name;
  }

  /** A list of one column needs no table. */
  get isList(): boolean {
    return this.columns.length === 1;
  }

  get declaration(): string {
    const { name, keys, columns } = this;
    if (this.isList) return `let ${name} from "data/${name}.txt"`;
    // Prefixes of several lengths may hold one another.
    const isKey = keys.every(
      ({ lengths }) => lengths === undefined || lengths.every((length) => length === lengths[0]),
    );
    const [first] = keys;
    const declared = columns.map((column) => {
      const isOnlyKey = isKey && keys.length === 1 && column === first;
      return `${column.name}: ${column.type}${isOnlyKey ? ' key' : ''}`;
    });
    const whole = isKey && keys.length > 1 ? [`key (${keys.map((key) => key.name).join(', ')})`] : [];
    return `table ${name}(${[...declared, ...whole].join(', ')}) from "data/${name}.csv"`;
  }

  /** The rows as CSV, or as lines where the table is a list. */
  file(): { readonly path: string; readonly bytes: Uint8Array } {
    const { columns, name } = this;
    const buffer = new TextBuffer(1 << 20);
    if (!this.isList) buffer.write(`${columns.map((column) => column.name).join(',')}\n`);
    const rows = columns[0]!.values.length;
    for (let row = 0; row < rows; row++) {
      for (const [at, column] of columns.entries()) {
        if (at > 0) buffer.write(',');
        writeCell(buffer, column, row);
      }
      buffer.write('\n');
    }
    return { path: `data/${name}.${this.isList ? 'txt' : 'csv'}`, bytes: buffer.finish() };
  }
}

const PROTOCOLS = new Map([...PORT_PROTOCOLS].map(([name, number]) => [number, name]));

/** In bits. */
const WHOLE_IPV6 = 128;

function writeCell(buffer: TextBuffer, { type, values, lengths, text }: ColumnData, row: number): void {
  const value = values[row]!;
  switch (type) {
    case 'ipv4':
      return buffer.writeIpv4(value);
    case 'prefix4':
      buffer.writeIpv4(value);
      buffer.write('/');
      return buffer.writeNumber(lengths![row]!);
    case 'proto':
      return buffer.write(PROTOCOLS.get(value)!);
    case 'ipv6':
    case 'prefix6':
    case 'mac':
      return buffer.write(text!(value, lengths?.[row] ?? WHOLE_IPV6));
    case 'string':
      return buffer.write(`"${text!(value, 0).replaceAll('"', '""')}"`);
    case 'port':
    case 'u32':
      return buffer.writeNumber(value);
  }
}

export class TableStore {
  readonly #byKeys = new Map<string, StoredTable[]>();
  readonly #tables: StoredTable[] = [];

  /** The table whose keys are these, row by row; a new one where there is none. */
  tableFor(keys: readonly ColumnData[], wanted: string): StoredTable {
    const hash = keys.map(hashOf).join();
    const alike = this.#byKeys.get(hash) ?? [];
    const known = alike.find((table) => table.keys.every((key, at) => sameColumn(key, keys[at]!)));
    if (known) return known;
    const table = new StoredTable(keys, wanted);
    this.#byKeys.set(hash, [...alike, table]);
    this.#tables.push(table);
    return table;
  }

  /** Gives each table its name. To be called once, when all of them are complete. */
  finish(names: Names): readonly StoredTable[] {
    for (const [at, table] of this.#tables.entries()) table.name = names.of(`table ${at}`, table.wanted, 'more');
    return this.#tables;
  }
}

function hashOf({ type, values, lengths }: ColumnData): string {
  let hash = 0x811c9dc5;
  for (const value of values) hash = Math.imul(hash ^ value, 0x01000193);
  if (lengths) for (const length of lengths) hash = Math.imul(hash ^ length, 0x01000193);
  return `${type} ${values.length} ${hash}`;
}

function sameColumn(a: ColumnData, b: ColumnData): boolean {
  if (a.type !== b.type || a.values.length !== b.values.length) return false;
  // Texts of one dump mean nothing in another.
  if (a.text !== b.text) return false;
  return sameNumbers(a.values, b.values) && sameNumbers(a.lengths ?? NO_LENGTHS, b.lengths ?? NO_LENGTHS);
}

const NO_LENGTHS = new Uint8Array(0);

function sameNumbers(a: Uint32Array | Uint8Array, b: Uint32Array | Uint8Array): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return a.length === b.length;
}
