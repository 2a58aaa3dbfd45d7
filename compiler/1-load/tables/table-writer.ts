/** Rows on their way into a table's columns; a row that has a wrong cell is left out. */
import type { Column } from '../../model/table.ts';
import { grownBytes, grownWords } from './cells/cell-reader.ts';
import type { DeclaredColumn } from './declared-columns.ts';

const FIRST_CAPACITY = 1024;

const SPACE = 0x20;
const TAB = 0x09;

/** What became of a cell. */
export type CellOutcome = 'read' | 'no value' | 'empty';

export class TableWriter {
  readonly columns: readonly DeclaredColumn[];
  #capacity = 0;
  #row = 0;
  #lines = new Uint32Array(0);
  /** For each column that may have no value: 1 in the rows that have one. */
  readonly #present: (Uint8Array | undefined)[];

  constructor(columns: readonly DeclaredColumn[]) {
    this.columns = columns;
    this.#present = columns.map((column) => (column.default === 'none' ? new Uint8Array(0) : undefined));
    this.reserve(FIRST_CAPACITY);
  }

  /** How many rows were ended so far. */
  get rowCount(): number {
    return this.#row;
  }

  /** Makes room for at least so many rows. */
  reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = Math.max(rows, 2 * this.#capacity);
    this.#lines = grownWords(this.#lines, this.#capacity);
    for (const [index, column] of this.columns.entries()) {
      column.cells.reserve(this.#capacity);
      const present = this.#present[index];
      if (present) this.#present[index] = grownBytes(present, this.#capacity);
    }
  }

  /** Begins a row that stands in line `line` of its file (0: in the policy). Cells go into it until `endRow`. */
  beginRow(line: number): void {
    if (this.#row === this.#capacity) this.reserve(this.#row + 1);
    this.#lines[this.#row] = line;
  }

  /** Goes to a row, to fill the columns one after another: after `moveTo(n)` and `endRow` the table has n + 1 rows. */
  moveTo(row: number): void {
    this.#row = row;
  }

  /** Ends the row. One that is not ended is overwritten by the next. */
  endRow(): void {
    this.#row++;
  }

  /** Reads `bytes[start..end)` as a cell of the row; `quoted`: an empty text is a value, not the lack of one. */
  readCell(index: number, bytes: Uint8Array, start: number, end: number, quoted: boolean): CellOutcome {
    const column = this.columns[index]!;
    const isText = column.type.kind === 'string';
    if (start === end && !(isText && (quoted || column.default === undefined))) return this.leaveOut(index);
    if (column.cells.read(bytes, start, end, this.#row)) return this.#markPresent(index);
    // Spaces around a cell are rare, so they are only looked for where something is wrong.
    const first = skipSpaces(bytes, start, end);
    const last = skipSpacesBack(bytes, first, end);
    if (first === last) return this.leaveOut(index);
    if (first === start && last === end) return 'no value';
    return column.cells.read(bytes, first, last, this.#row) ? this.#markPresent(index) : 'no value';
  }

  /** The row has no cell in this column: the default stands for it, if there is one. */
  leaveOut(index: number): CellOutcome {
    const column = this.columns[index]!;
    if (column.default === undefined) return 'empty';
    if (column.default === 'none') {
      this.#present[index]![this.#row] = 0;
      return 'read';
    }
    return column.cells.read(column.default, 0, column.default.length, this.#row) ? 'read' : 'no value';
  }

  #markPresent(index: number): CellOutcome {
    const present = this.#present[index];
    if (present) present[this.#row] = 1;
    return 'read';
  }

  /** The columns, and the line of each row. Nothing may be written after that. */
  finish(): { readonly columns: readonly Column[]; readonly lines: Uint32Array } {
    const columns = this.columns.map((column, index): Column => {
      const present = this.#present[index]?.slice(0, this.#row);
      return {
        name: column.name,
        type: column.type,
        volatile: column.declaration.volatile,
        data: column.cells.finish(this.#row),
        ...(present ? { present } : {}),
        span: column.declaration.span,
      };
    });
    return { columns, lines: this.#lines.slice(0, this.#row) };
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

function skipSpaces(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(bytes[at])) at++;
  return at;
}

function skipSpacesBack(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(bytes[at - 1])) at--;
  return at;
}
