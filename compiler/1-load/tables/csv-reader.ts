/**
 * CSV as RFC 4180 describes it, cut into cells without making a string: cells divided by commas, quoted ones with
 * doubled quotes and line ends inside. Lines end in LF, CR LF or CR. Lines without any character are passed over.
 */

const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface CsvFault {
  readonly kind: 'quote inside a cell' | 'text behind a quote' | 'unterminated quote';
  /** The bytes that are wrong. */
  readonly start: number;
  readonly end: number;
  /** Where the quote stands that began the cell, if one did. */
  readonly opened?: number;
}

export class CsvReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #line = 1;
  #cellCount = 0;
  #recordLine = 1;
  #recordStart = 0;
  #fault: CsvFault | undefined;
  /** Where the text of each cell of the record begins and ends: inside the quotes, where there are any. */
  #starts = new Int32Array(16);
  #ends = new Int32Array(16);
  /** For each cell: 0 without quotes, 1 in quotes, 2 in quotes and with doubled quotes inside. */
  #quotes = new Uint8Array(16);

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  get cellCount(): number {
    return this.#cellCount;
  }

  /** The line, counted from 1, in which the record begins. */
  get line(): number {
    return this.#recordLine;
  }

  /** Where the record's first byte stands; its last is before the line end. */
  get recordStart(): number {
    return this.#recordStart;
  }

  /** What is wrong with the record's quoting; its cells are then not to be used. */
  get fault(): CsvFault | undefined {
    return this.#fault;
  }

  startOf(cell: number): number {
    return this.#starts[cell]!;
  }

  endOf(cell: number): number {
    return this.#ends[cell]!;
  }

  isQuoted(cell: number): boolean {
    return this.#quotes[cell] !== 0;
  }

  hasDoubledQuotes(cell: number): boolean {
    return this.#quotes[cell] === 2;
  }

  /** The cell's text where it has doubled quotes: a copy in which each pair is one. */
  unescaped(cell: number): Uint8Array {
    const text = new Uint8Array(this.#bytes.subarray(this.startOf(cell), this.endOf(cell)));
    let length = 0;
    for (let at = 0; at < text.length; at++) {
      const byte = text[at]!;
      if (byte === QUOTE) at++;
      text[length++] = byte;
    }
    return text.subarray(0, length);
  }

  /** Reads the next record. False at the end. */
  nextRecord(): boolean {
    this.#skipLineEnds();
    if (this.#at >= this.#bytes.length) return false;
    this.#cellCount = 0;
    this.#fault = undefined;
    this.#recordLine = this.#line;
    this.#recordStart = this.#at;
    do this.#readCell();
    while (this.#passComma());
    return true;
  }

  #skipLineEnds(): void {
    const bytes = this.#bytes;
    for (;;) {
      const byte = bytes[this.#at];
      if (byte === CARRIAGE_RETURN) this.#at += bytes[this.#at + 1] === LINE_FEED ? 2 : 1;
      else if (byte === LINE_FEED) this.#at++;
      else return;
      this.#line++;
    }
  }

  #passComma(): boolean {
    if (this.#bytes[this.#at] !== COMMA) return false;
    this.#at++;
    return true;
  }

  #readCell(): void {
    if (this.#bytes[this.#at] === QUOTE) {
      this.#readQuotedCell();
      return;
    }
    const start = this.#at;
    const end = this.#plainEnd(start);
    this.#addCell(start, end, 0);
    this.#at = end;
  }

  /** Where the text without quotes that begins at `start` ends. */
  #plainEnd(start: number): number {
    const bytes = this.#bytes;
    const { length } = bytes;
    let at = start;
    while (at < length) {
      const byte = bytes[at]!;
      // Nearly all bytes are above the four that matter.
      if (byte <= COMMA) {
        if (byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN) break;
        if (byte === QUOTE) this.#fault ??= { kind: 'quote inside a cell', start: at, end: at + 1 };
      }
      at++;
    }
    return at;
  }

  #readQuotedCell(): void {
    const bytes = this.#bytes;
    const { length } = bytes;
    const start = this.#at + 1;
    let quotes = 1;
    let at = start;
    for (;;) {
      if (at >= length) {
        this.#fault ??= { kind: 'unterminated quote', start: start - 1, end: start, opened: start - 1 };
        break;
      }
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        if (bytes[at + 1] !== QUOTE) break;
        quotes = 2;
        at++;
      } else if (byte === LINE_FEED || (byte === CARRIAGE_RETURN && bytes[at + 1] !== LINE_FEED)) {
        this.#line++;
      }
      at++;
    }
    this.#addCell(start, at, quotes);
    const behind = Math.min(at + 1, length);
    this.#at = this.#plainEnd(behind);
    if (this.#at === behind) return;
    this.#fault = { kind: 'text behind a quote', start: behind, end: this.#at, opened: start - 1 };
  }

  #addCell(start: number, end: number, quotes: number): void {
    const cell = this.#cellCount++;
    if (cell === this.#starts.length) this.#grow();
    this.#starts[cell] = start;
    this.#ends[cell] = end;
    this.#quotes[cell] = quotes;
  }

  #grow(): void {
    const starts = new Int32Array(2 * this.#starts.length);
    const ends = new Int32Array(starts.length);
    const quotes = new Uint8Array(starts.length);
    starts.set(this.#starts);
    ends.set(this.#ends);
    quotes.set(this.#quotes);
    this.#starts = starts;
    this.#ends = ends;
    this.#quotes = quotes;
  }
}
