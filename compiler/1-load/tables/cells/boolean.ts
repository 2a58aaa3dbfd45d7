/** `bool`: the words in which databases and spreadsheets write truth. */
import type { ColumnData } from '../../../model/table.ts';
import { ByteInterner } from '../byte-interner.ts';
import { grownWords, type CellReader, type Complaint } from './cell-reader.ts';

/** By place: even ones are true, odd ones false. */
const WORDS = ['true', 'false', '1', '0', 'yes', 'no', 'TRUE', 'FALSE', 'True', 'False', 'YES', 'NO'] as const;

const encoder = new TextEncoder();

export class BooleanCells implements CellReader {
  readonly #words = new ByteInterner();
  #values = new Uint32Array(0);

  constructor() {
    for (const word of WORDS) {
      const bytes = encoder.encode(word);
      this.#words.intern(bytes, 0, bytes.length);
    }
  }

  reserve(rows: number): void {
    this.#values = grownWords(this.#values, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const word = this.#words.find(bytes, start, end);
    if (word < 0) return false;
    this.#values[row] = word % 2 === 0 ? 1 : 0;
    return true;
  }

  explain(): Complaint {
    return { problem: 'is neither true nor false', hint: 'A bool is true or false, yes or no, 1 or 0.' };
  }

  finish(rows: number): ColumnData {
    return { store: 'integer', values: this.#values.slice(0, rows) };
  }
}
