/** `mac`: six pairs of hexadecimal digits, joined by `:` or by `-`. */
import type { ColumnData } from '../../../model/table.ts';
import { parseMacBytes } from '../../../net/address-bytes.ts';
import type { CellReader, Complaint } from './cell-reader.ts';

export class MacCells implements CellReader {
  readonly #words = new Uint32Array(4);
  #values = new BigUint64Array(0);

  reserve(rows: number): void {
    const longer = new BigUint64Array(rows);
    longer.set(this.#values);
    this.#values = longer;
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    if (!parseMacBytes(bytes, start, end, this.#words, 0)) return false;
    this.#values[row] = (BigInt(this.#words[2]!) << 32n) | BigInt(this.#words[3]!);
    return true;
  }

  explain(text: string): Complaint {
    const digits = text.replaceAll(/[^0-9a-f]/gi, '');
    if (digits.length === 12 && /^[0-9a-f.: -]+$/i.test(text)) {
      return {
        problem: 'is no MAC address as written',
        hint: `Write ${digits.match(/../g)?.join(':').toLowerCase()}.`,
      };
    }
    return { problem: 'is no MAC address', hint: 'A MAC address is written like 02:00:5e:10:00:01.' };
  }

  finish(rows: number): ColumnData {
    return { store: 'wide integer', values: this.#values.slice(0, rows) };
  }
}
