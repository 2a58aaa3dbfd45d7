/** `string`: any text; equal ones are kept once. */
import type { ColumnData } from '../../../model/table.ts';
import { ByteInterner } from '../byte-interner.ts';
import { grownWords, type CellReader, type Complaint } from './cell-reader.ts';

export class TextCells implements CellReader {
  readonly #texts = new ByteInterner();
  #indices = new Uint32Array(0);

  reserve(rows: number): void {
    this.#indices = grownWords(this.#indices, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    this.#indices[row] = this.#texts.intern(bytes, start, end);
    return true;
  }

  explain(): Complaint {
    return { problem: 'is no text' };
  }

  finish(rows: number): ColumnData {
    return { store: 'text', indices: this.#indices.slice(0, rows), strings: this.#texts.strings() };
  }
}
