/** `ports`: one port, or a range of ports with both ends included. */
import type { ColumnData } from '../../../model/table.ts';
import { grownWords, type CellReader, type Complaint } from './cell-reader.ts';
import { explainInteger, parseInteger } from './integer.ts';

const DASH = 0x2d;
const GREATEST_PORT = 65535;

export class PortsCells implements CellReader {
  #low = new Uint32Array(0);
  #high = new Uint32Array(0);

  reserve(rows: number): void {
    this.#low = grownWords(this.#low, rows);
    this.#high = grownWords(this.#high, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    let dash = start;
    while (dash < end && bytes[dash] !== DASH) dash++;
    const low = parseInteger(bytes, start, dash, GREATEST_PORT);
    const high = dash < end ? parseInteger(bytes, dash + 1, end, GREATEST_PORT) : low;
    if (low < 0 || high < low) return false;
    this.#low[row] = low;
    this.#high[row] = high;
    return true;
  }

  explain(text: string): Complaint {
    const [, low, high] = /^(\d+)\s*-\s*(\d+)$/.exec(text) ?? [];
    if (low === undefined || high === undefined) return explainInteger(text, BigInt(GREATEST_PORT), 'a port');
    const outside = [low, high].find((end) => BigInt(end) > GREATEST_PORT);
    if (outside !== undefined) return { problem: `reaches ${outside}, but ports end at ${GREATEST_PORT}` };
    if (BigInt(low) > BigInt(high)) return { problem: 'ends before it begins', hint: `Write ${high}-${low}.` };
    return { problem: 'is no range of ports as written', hint: `Write ${low}-${high}, without spaces.` };
  }

  finish(rows: number): ColumnData {
    return { store: 'range', low: this.#low.slice(0, rows), high: this.#high.slice(0, rows) };
  }
}
