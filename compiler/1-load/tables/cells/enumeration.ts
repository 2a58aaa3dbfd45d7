/** `enum(…)`: one of the words that the column's declaration lists. */
import type { ColumnData } from '../../../model/table.ts';
import { didYouMean } from '../../../../grammar/did-you-mean.ts';
import { ByteInterner } from '../byte-interner.ts';
import { alternatives, grownWords, type CellReader, type Complaint } from './cell-reader.ts';

/** So many members are listed in a message; a longer list would hide it. */
const LISTED = 8;

const encoder = new TextEncoder();

export class EnumerationCells implements CellReader {
  readonly #names: readonly string[];
  readonly #members = new ByteInterner();
  #values = new Uint32Array(0);

  /** `members` must be distinct: a cell's value is the place of its member. */
  constructor(members: readonly string[]) {
    this.#names = members;
    for (const member of members) {
      const bytes = encoder.encode(member);
      this.#members.intern(bytes, 0, bytes.length);
    }
  }

  reserve(rows: number): void {
    this.#values = grownWords(this.#values, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const member = this.#members.find(bytes, start, end);
    if (member < 0) return false;
    this.#values[row] = member;
    return true;
  }

  explain(text: string): Complaint {
    const few = this.#names.length <= LISTED ? `Write ${alternatives(this.#names)}.` : undefined;
    return {
      problem: 'is none of the words of this column',
      hint: didYouMean(text, this.#names) ?? few,
    };
  }

  finish(rows: number): ColumnData {
    return { store: 'integer', values: this.#values.slice(0, rows) };
  }
}
