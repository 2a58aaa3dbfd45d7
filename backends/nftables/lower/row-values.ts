/** Values of the row that a lookup found, as statements of the rules for that row read them: by the same key. */
import type { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import type { Lookup } from '../../../compiler/6-plan/plan.ts';
import type { Cell, RowVariable } from '../../../compiler/model/index.ts';
import { columnOf, type Column } from '../../../compiler/model/table.ts';
import type { Elements, NftSet } from '../tree.ts';
import type { Context } from './context.ts';
import type { LookupKey } from './lookup-keys.ts';
import { joinedElements, mayOverlap } from './overlapping-rows.ts';
import { rowElements, rowSet, rowSetName, rowSetOwner } from './row-sets.ts';

/** Writes what stands behind a row's key. */
export type RowWriter = (row: number, out: TextBuffer) => void;

/** Data of a map: what it is called, nft's types, the cells it is made of, and how a row's data is written. */
export interface RowData {
  readonly name: string;
  readonly types: readonly string[];
  readonly cells: readonly Cell[];
  readonly write: RowWriter;
}

export class RowValues {
  readonly lookup: Lookup;
  readonly key: LookupKey;
  readonly rows: Uint32Array;
  readonly #context: Context;

  constructor(lookup: Lookup, key: LookupKey, rows: Uint32Array, context: Context) {
    this.lookup = lookup;
    this.key = key;
    this.rows = rows;
    this.#context = context;
  }

  /** Whether the cell is one of the row at hand: neighbouring `each`s over one table share a lookup, and its row. */
  owns(cell: Cell): boolean {
    return this.isOf(cell.row);
  }

  isOf(row: RowVariable): boolean {
    return row.table === this.lookup.row.table;
  }

  column(cell: Cell): Column {
    return columnOf(this.lookup.row.table, cell.column)!;
  }

  /** Whether a row has all the cells, addresses in the lookup's family. */
  has(cells: readonly Cell[], row: number): boolean {
    return cells.every((cell) => {
      const { present, data } = this.column(cell);
      if (present !== undefined && present[row] !== 1) return false;
      return data.store !== 'prefix' || data.families[row] === this.lookup.family;
    });
  }

  /** Whether every row has all the cells; what reads a cell breaks off the rule where a row has none. */
  isComplete(cells: readonly Cell[]): boolean {
    const certain = cells.every((cell) => {
      const { present, data } = this.column(cell);
      return present === undefined && data.store !== 'prefix';
    });
    return certain || this.rows.every((row) => this.has(cells, row));
  }

  /** A match: the key is that of one of the rows, which has these cells. */
  member(cells: readonly Cell[] = []): string {
    const { lookup, key } = this;
    const rows = this.#rowsWith(cells);
    const name = this.#context.set(
      rowSetOwner(lookup, key, [rows], this.#context),
      rowSetName(lookup, key, [rows]),
      (given) => ({
        ...rowSet(given, key),
        elements: this.#keys(rows),
        description: `${lookup.row.table.name}: ${key.name}`,
      }),
    );
    return `${key.expression} @${name}`;
  }

  /** The rows' keys alone; where rows overlap, it makes no difference which of them is found. */
  #keys(rows: Uint32Array): Elements {
    const { lookup, key } = this;
    const elements = mayOverlap(lookup, key) ? joinedElements(lookup, key, rows) : undefined;
    if (elements) return elements;
    if (mayOverlap(lookup, key)) {
      this.#context.refuse(
        lookup.origin,
        `rows of \`${lookup.row.table.name}\` overlap in ${key.fields.join(' and ')}, and nftables takes no overlaps in several ranges at once`,
        `Declare \`key (${lookup.key.map(({ column }) => column).join(', ')})\` in the table to see which rows they are.`,
      );
    }
    return rowElements(lookup, key, [rows], undefined);
  }

  /** An expression: the row's data. */
  map(data: RowData): string {
    return `${this.key.expression} map @${this.#map(data)}`;
  }

  /** A statement that ends in the row's verdict. */
  verdicts(data: Omit<RowData, 'types'>): string {
    return `${this.key.expression} vmap @${this.#map({ ...data, types: ['verdict'] })}`;
  }

  #map(data: RowData): string {
    const { lookup, key } = this;
    const rows = this.#rowsWith(data.cells);
    return this.#context.set(
      `${rowSetOwner(lookup, key, [rows], this.#context)} -> ${data.types.join(' . ')} ${data.name}`,
      `${rowSetName(lookup, key, [rows])}_${data.name}`,
      (given) => ({
        ...rowSet(given, key, data.types),
        kind: 'map',
        elements: rowElements(lookup, key, [rows], (row, out) => {
          out.write(' : ');
          data.write(row, out);
        }),
        description: `${lookup.row.table.name}: ${key.name} to ${data.name}`,
      }),
    );
  }

  /** A match that is true of every row with the cells, and runs what `write` puts into the row's element. */
  elements(
    { owner, asker }: { readonly owner: string; readonly asker: string },
    data: Omit<RowData, 'types'>,
    each: Pick<NftSet, 'limit'> | { readonly counter: true },
  ): string {
    const { lookup, key } = this;
    const rows = this.#rowsWith(data.cells);
    const name = this.#context.set(
      `${rowSetOwner(lookup, key, [rows], this.#context)} ${owner}`,
      `${rowSetName(lookup, key, [rows])}_${data.name}`,
      (given) => ({
        ...rowSet(given, key),
        ...each,
        elements: rowElements(lookup, key, [rows], data.write),
        description: `${lookup.row.table.name}: ${data.name} by ${key.name}`,
      }),
      `${asker} ${lookup.row.table.name} ${key.name} ${lookup.family ?? ''} ${this.#rules()}`,
    );
    return `${key.expression} @${name}`;
  }

  /** The rules that the rows have, by which they are told from other rows of the table, whatever rows there are. */
  #rules(): string {
    const own = this.lookup.classes.find(({ rows }) => rows === this.rows);
    return own?.rules.map(({ origin }) => origin.name).join() ?? '';
  }

  #rowsWith(cells: readonly Cell[]): Uint32Array {
    return this.isComplete(cells) ? this.rows : this.rows.filter((row) => this.has(cells, row));
  }
}
