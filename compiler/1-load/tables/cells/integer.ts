/** `u8`, `u16`, `u32`, `port` and `u64`: whole numbers in decimal, or in hexadecimal behind `0x`. */
import type { ColumnData } from '../../../model/table.ts';
import { grownWords, type CellReader, type Complaint } from './cell-reader.ts';

const ZERO = 0x30;
const LETTER_X = 0x78;

/**
 * The whole number that `bytes[start..end)` writes; −1 if it writes none, or one above `maximum` (at most 2^32 − 1).
 * Leading zeros are taken: they mean nothing in a decimal number.
 */
export function parseInteger(bytes: Uint8Array, start: number, end: number, maximum: number): number {
  if (start === end) return -1;
  if (end - start > 2 && bytes[start] === ZERO && bytes[start + 1] === LETTER_X) {
    return parseHexadecimal(bytes, start + 2, end, maximum);
  }
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
    if (value > maximum) return -1;
  }
  return value;
}

function parseHexadecimal(bytes: Uint8Array, start: number, end: number, maximum: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    const letter = byte | 0x20;
    const digit = byte >= ZERO && byte <= 0x39 ? byte - ZERO : letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
    if (value > maximum) return -1;
  }
  return value;
}

/** Why a text is no whole number from 0 to `maximum`. */
export function explainInteger(text: string, maximum: bigint, what: string): Complaint {
  if (/^(\d+|0x[0-9a-f]+)$/i.test(text)) return { problem: `is too great for ${what}, which ends at ${maximum}` };
  if (/^-\d+$/.test(text)) return { problem: `is negative; ${what} begins at 0` };
  if (/^\d+\.\d*$/.test(text)) return { problem: `is no whole number, as ${what} is` };
  if (/^\d{1,3}([,.' _]\d{3})+$/.test(text)) {
    return { problem: 'is no whole number', hint: 'Write the digits without separators.' };
  }
  return { problem: `is no whole number from 0 to ${maximum}` };
}

/** Cells of at most 32 bits. */
export class IntegerCells implements CellReader {
  readonly #maximum: number;
  readonly #what: string;
  #values = new Uint32Array(0);

  /** `what`: the type in a message, with its article (`a port`). */
  constructor(maximum: number, what: string) {
    this.#maximum = maximum;
    this.#what = what;
  }

  reserve(rows: number): void {
    this.#values = grownWords(this.#values, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const value = parseInteger(bytes, start, end, this.#maximum);
    if (value < 0) return false;
    this.#values[row] = value;
    return true;
  }

  explain(text: string): Complaint {
    return explainInteger(text, BigInt(this.#maximum), this.#what);
  }

  finish(rows: number): ColumnData {
    return { store: 'integer', values: this.#values.slice(0, rows) };
  }
}

const MAXIMUM_64 = 2n ** 64n - 1n;

/** More characters than any 64-bit number needs, some leading zeros included. */
const LONGEST_64 = 64;

/** Cells of 64 bits. */
export class WideIntegerCells implements CellReader {
  #values = new BigUint64Array(0);

  reserve(rows: number): void {
    const longer = new BigUint64Array(rows);
    longer.set(this.#values);
    this.#values = longer;
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const small = parseInteger(bytes, start, end, 0xffffffff);
    if (small >= 0) {
      this.#values[row] = BigInt(small);
      return true;
    }
    if (end - start > LONGEST_64) return false;
    let text = '';
    for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
    if (!/^(\d+|0x[0-9a-fA-F]+)$/.test(text)) return false;
    const value = BigInt(text);
    if (value > MAXIMUM_64) return false;
    this.#values[row] = value;
    return true;
  }

  explain(text: string): Complaint {
    return explainInteger(text, MAXIMUM_64, 'u64');
  }

  finish(rows: number): ColumnData {
    return { store: 'wide integer', values: this.#values.slice(0, rows) };
  }
}
