/** `ipv4`, `ipv6` and `ip`: one address; in the stores it is a prefix of full length. */
import type { ColumnData } from '../../../model/table.ts';
import { parseIpv4Bytes, parseIpv6Bytes } from '../../../net/address-bytes.ts';
import { explainAddress } from './address-text.ts';
import { grownBytes, grownWords, type CellReader, type Complaint } from './cell-reader.ts';

export class Ipv4Cells implements CellReader {
  #addresses = new Uint32Array(0);

  reserve(rows: number): void {
    this.#addresses = grownWords(this.#addresses, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const address = parseIpv4Bytes(bytes, start, end);
    if (address < 0) return false;
    this.#addresses[row] = address;
    return true;
  }

  explain(text: string): Complaint {
    return explainAddress(text, { families: 4, prefix: false });
  }

  finish(rows: number): ColumnData {
    return { store: 'prefix4', addresses: this.#addresses.slice(0, rows), lengths: new Uint8Array(rows).fill(32) };
  }
}

export class Ipv6Cells implements CellReader {
  #words = new Uint32Array(0);

  reserve(rows: number): void {
    this.#words = grownWords(this.#words, rows * 4);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    return parseIpv6Bytes(bytes, start, end, this.#words, row);
  }

  explain(text: string): Complaint {
    return explainAddress(text, { families: 6, prefix: false });
  }

  finish(rows: number): ColumnData {
    return { store: 'prefix6', words: this.#words.slice(0, rows * 4), lengths: new Uint8Array(rows).fill(128) };
  }
}

export class AddressCells implements CellReader {
  #families = new Uint8Array(0);
  #words = new Uint32Array(0);

  reserve(rows: number): void {
    this.#families = grownBytes(this.#families, rows);
    this.#words = grownWords(this.#words, rows * 4);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const address = parseIpv4Bytes(bytes, start, end);
    if (address >= 0) {
      this.#words.fill(0, row * 4, row * 4 + 3);
      this.#words[row * 4 + 3] = address;
      this.#families[row] = 4;
      return true;
    }
    if (!parseIpv6Bytes(bytes, start, end, this.#words, row)) return false;
    this.#families[row] = 6;
    return true;
  }

  explain(text: string): Complaint {
    return explainAddress(text, { families: 'both', prefix: false });
  }

  finish(rows: number): ColumnData {
    const families = this.#families.slice(0, rows);
    const lengths = families.map((family) => (family === 4 ? 32 : family === 6 ? 128 : 0));
    return { store: 'prefix', families, words: this.#words.slice(0, rows * 4), lengths };
  }
}
