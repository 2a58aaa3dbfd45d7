/** `proto`: a protocol by name or by number. */
import { PROTOCOL_NUMBERS } from '../../../model/protocols.ts';
import type { ColumnData } from '../../../model/table.ts';
import { ByteInterner } from '../byte-interner.ts';
import { grownWords, type CellReader, type Complaint } from './cell-reader.ts';
import { parseInteger } from './integer.ts';
import { didYouMean } from '../../../../grammar/did-you-mean.ts';

const GREATEST_PROTOCOL = 255;

const encoder = new TextEncoder();

export class ProtocolCells implements CellReader {
  readonly #names = new ByteInterner();
  readonly #numbers: number[] = [];
  #values = new Uint32Array(0);

  constructor() {
    for (const [name, number] of PROTOCOL_NUMBERS) {
      // Databases often keep them in capitals.
      for (const spelling of [name, name.toUpperCase()]) {
        const bytes = encoder.encode(spelling);
        this.#numbers[this.#names.intern(bytes, 0, bytes.length)] = number;
      }
    }
  }

  reserve(rows: number): void {
    this.#values = grownWords(this.#values, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const name = this.#names.find(bytes, start, end);
    const number = name < 0 ? parseInteger(bytes, start, end, GREATEST_PROTOCOL) : this.#numbers[name]!;
    if (number < 0) return false;
    this.#values[row] = number;
    return true;
  }

  explain(text: string): Complaint {
    if (/^\d+$/.test(text)) return { problem: `is too great: protocols end at ${GREATEST_PROTOCOL}` };
    return {
      problem: 'is no protocol',
      hint: didYouMean(text, [...PROTOCOL_NUMBERS.keys()]) ?? 'Write a name such as tcp or udp, or a number.',
    };
  }

  finish(rows: number): ColumnData {
    return { store: 'integer', values: this.#values.slice(0, rows) };
  }
}
