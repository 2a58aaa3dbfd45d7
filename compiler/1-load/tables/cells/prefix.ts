/** `prefix4`, `prefix6` and `prefix`: address and length; an address alone is a prefix of full length. */
import type { ColumnData } from '../../../model/table.ts';
import { parseIpv4PrefixBytes, parseIpv6PrefixBytes } from '../../../net/address-bytes.ts';
import { explainAddress } from './address-text.ts';
import { grownBytes, grownWords, type CellReader, type Complaint } from './cell-reader.ts';

export class Prefix4Cells implements CellReader {
  #addresses = new Uint32Array(0);
  #lengths = new Uint8Array(0);

  reserve(rows: number): void {
    this.#addresses = grownWords(this.#addresses, rows);
    this.#lengths = grownBytes(this.#lengths, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    return parseIpv4PrefixBytes(bytes, start, end, this.#addresses, this.#lengths, row) === 'prefix';
  }

  explain(text: string): Complaint {
    return explainAddress(text, { families: 4, prefix: true });
  }

  finish(rows: number): ColumnData {
    return { store: 'prefix4', addresses: this.#addresses.slice(0, rows), lengths: this.#lengths.slice(0, rows) };
  }
}

export class Prefix6Cells implements CellReader {
  #words = new Uint32Array(0);
  #lengths = new Uint8Array(0);

  reserve(rows: number): void {
    this.#words = grownWords(this.#words, rows * 4);
    this.#lengths = grownBytes(this.#lengths, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    return parseIpv6PrefixBytes(bytes, start, end, this.#words, this.#lengths, row) === 'prefix';
  }

  explain(text: string): Complaint {
    return explainAddress(text, { families: 6, prefix: true });
  }

  finish(rows: number): ColumnData {
    return { store: 'prefix6', words: this.#words.slice(0, rows * 4), lengths: this.#lengths.slice(0, rows) };
  }
}

export class PrefixCells implements CellReader {
  readonly #address = new Uint32Array(1);
  readonly #length = new Uint8Array(1);
  #families = new Uint8Array(0);
  #words = new Uint32Array(0);
  #lengths = new Uint8Array(0);

  reserve(rows: number): void {
    this.#families = grownBytes(this.#families, rows);
    this.#words = grownWords(this.#words, rows * 4);
    this.#lengths = grownBytes(this.#lengths, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const outcome = parseIpv4PrefixBytes(bytes, start, end, this.#address, this.#length, 0);
    if (outcome === 'prefix') {
      this.#words.fill(0, row * 4, row * 4 + 3);
      this.#words[row * 4 + 3] = this.#address[0]!;
      this.#lengths[row] = this.#length[0]!;
      this.#families[row] = 4;
      return true;
    }
    this.#families[row] = 6;
    return (
      outcome === 'malformed' && parseIpv6PrefixBytes(bytes, start, end, this.#words, this.#lengths, row) === 'prefix'
    );
  }

  explain(text: string): Complaint {
    return explainAddress(text, { families: 'both', prefix: true });
  }

  finish(rows: number): ColumnData {
    return {
      store: 'prefix',
      families: this.#families.slice(0, rows),
      words: this.#words.slice(0, rows * 4),
      lengths: this.#lengths.slice(0, rows),
    };
  }
}
