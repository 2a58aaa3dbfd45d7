/** A JSON file into the columns of a table: an array of objects, or one object of arrays. */
import type { FileFindings } from '../findings.ts';
import { PROBLEMS } from '../problems.ts';
import { didYouMean } from '../../../grammar/did-you-mean.ts';
import { decodeUtf8 } from '../utf8.ts';
import { ByteInterner } from './byte-interner.ts';
import { marked, reportCell } from './cell-findings.ts';
import { JsonScanner } from './json-scanner.ts';
import type { CellOutcome, TableWriter } from './table-writer.ts';

const SHAPES = 'A table is [{"column": value, …}, …] or {"column": [value, …], …}.';

const encoder = new TextEncoder();

/** Reads all rows of the file. Keys that are no declared column are passed over. */
export function readJson(writer: TableWriter, findings: FileFindings): void {
  new JsonTable(writer, findings).read();
}

class JsonTable {
  readonly #writer: TableWriter;
  readonly #findings: FileFindings;
  readonly #scanner: JsonScanner;
  /** The declared columns by their names, numbered as in the declaration. */
  readonly #names = new ByteInterner();
  readonly #unknownKeys: UnknownKeys;
  /** For each column the row (counted from 1) whose object had it last. */
  readonly #seenIn: Uint32Array;
  #row = 0;

  constructor(writer: TableWriter, findings: FileFindings) {
    this.#writer = writer;
    this.#findings = findings;
    this.#scanner = new JsonScanner(findings.file.bytes, findings.file.start);
    this.#unknownKeys = new UnknownKeys(writer.columns.map((column) => column.name));
    this.#seenIn = new Uint32Array(writer.columns.length);
    for (const { name } of writer.columns) {
      const bytes = encoder.encode(name);
      this.#names.intern(bytes, 0, bytes.length);
    }
  }

  read(): void {
    const scanner = this.#scanner;
    const kind = scanner.peek();
    if (kind === 'array') this.#readRows();
    else if (kind === 'object') this.#readColumns();
    else this.#malformed(scanner.at, scanner.at + 1, 'this is neither an array nor an object', SHAPES);
    if (kind === 'array' || kind === 'object') scanner.isAtEnd();
    if (scanner.fault) this.#malformed(scanner.fault.at, scanner.fault.at + 1, scanner.fault.message);
  }

  #malformed(start: number, end: number, message: string, hint?: string): void {
    this.#findings.report(PROBLEMS.malformedJson, { start, end }, message, { hint });
  }

  // --- an array of objects

  #readRows(): void {
    const scanner = this.#scanner;
    for (let more = scanner.enter('array'); more; more = scanner.next('array')) {
      this.#row++;
      const start = this.#valueStart();
      if (scanner.peek() !== 'object') {
        if (!scanner.skip()) return;
        this.#malformed(start, scanner.at, `row ${this.#row} is no object`, SHAPES);
      } else if (!this.#readObject(start)) {
        return;
      }
    }
  }

  #valueStart(): number {
    this.#scanner.peek();
    return this.#scanner.at;
  }

  /** False where the file is no JSON. */
  #readObject(start: number): boolean {
    const scanner = this.#scanner;
    this.#writer.beginRow(scanner.line);
    this.#unknownKeys.beginRow();
    let complete = true;
    for (let more = scanner.enter('object'); more; more = scanner.next('object')) {
      if (!scanner.key()) return false;
      const index = this.#columnOfKey();
      if (index < 0) {
        this.#unknownKeys.add(scanner);
        if (!scanner.skip()) return false;
      } else {
        complete = this.#readMember(index) && complete;
        if (scanner.fault) return false;
      }
    }
    if (scanner.fault) return false;
    complete = this.#leaveOutAbsent(start) && complete;
    if (complete) this.#writer.endRow();
    return true;
  }

  #columnOfKey(): number {
    const scanner = this.#scanner;
    if (!scanner.isEscaped) return this.#names.find(this.#findings.file.bytes, scanner.start, scanner.end);
    const name = scanner.text();
    return this.#names.find(name, 0, name.length);
  }

  #readMember(index: number): boolean {
    const { name } = this.#writer.columns[index]!;
    const key = { start: this.#scanner.start - 1, end: this.#scanner.end + 1, column: name };
    const isSecond = this.#seenIn[index] === this.#row;
    if (isSecond) this.#findings.report(PROBLEMS.duplicateColumn, key, `row ${this.#row} has \`${name}\` twice`);
    this.#seenIn[index] = this.#row;
    return this.#readValue(index) && !isSecond;
  }

  /** Reads the value at hand as a cell. False if that failed, in which case it was reported unless it is no JSON. */
  #readValue(index: number): boolean {
    const scanner = this.#scanner;
    const column = this.#writer.columns[index]!;
    const kind = scanner.peek();
    const start = scanner.at;
    if (kind === 'array' || kind === 'object') {
      if (!scanner.skip()) return false;
      const place = { start, end: scanner.at, column: column.name };
      const message = `row ${this.#row}, \`${column.name}\`: an ${kind} is no ${column.declaration.type}`;
      this.#findings.report(PROBLEMS.badCell, place, message);
      return false;
    }
    if (!scanner.scalar()) return false;
    const outcome = this.#readScalar(index, kind === 'string', kind === 'null');
    if (outcome === 'read') return true;
    if (kind !== 'string' && kind !== 'null' && column.type.kind === 'string') {
      const text = decodeUtf8(scanner.text());
      const message = `row ${this.#row}, \`${column.name}\`: \`${text}\` is no text`;
      const place = { start, end: scanner.at, column: column.name };
      this.#findings.report(PROBLEMS.badCell, place, message, { hint: `Write \`"${text}"\`.` });
    } else {
      const text = outcome === 'empty' ? '' : decodeUtf8(scanner.text());
      reportCell(this.#findings, column, text, { start, end: scanner.at }, this.#row);
    }
    return false;
  }

  #readScalar(index: number, isString: boolean, isNull: boolean): CellOutcome {
    const scanner = this.#scanner;
    const writer = this.#writer;
    if (isNull) return writer.leaveOut(index);
    if (!isString && writer.columns[index]!.type.kind === 'string') return 'no value';
    if (!isString || !scanner.isEscaped) {
      return writer.readCell(index, this.#findings.file.bytes, scanner.start, scanner.end, isString);
    }
    const text = scanner.text();
    return writer.readCell(index, text, 0, text.length, true);
  }

  /** Columns that the object at `start` does not have: their default, unless a key looks like the column misspelt. */
  #leaveOutAbsent(start: number): boolean {
    let complete = true;
    for (const [index, column] of this.#writer.columns.entries()) {
      if (this.#seenIn[index] === this.#row) continue;
      const misspelling = this.#unknownKeys.misspelling(index);
      if (!misspelling && this.#writer.leaveOut(index) === 'read') continue;
      complete = false;
      if (!this.#findings.isNext()) continue;
      const place = misspelling ?? { start, end: start + 1 };
      const labels = [{ span: column.declaration.span, text: 'declared here' }];
      const hint = misspelling ? `${marked(misspelling.key)} looks like it.` : undefined;
      this.#findings.add(PROBLEMS.missingColumn, place, `row ${this.#row} has no \`${column.name}\``, { labels, hint });
    }
    return complete;
  }

  // --- an object of arrays

  #readColumns(): void {
    const scanner = this.#scanner;
    const start = scanner.at;
    this.#unknownKeys.beginRow();
    const lengths = new Map<number, number>();
    for (let more = scanner.enter('object'); more; more = scanner.next('object')) {
      if (!scanner.key()) return;
      const index = this.#columnOfKey();
      if (index < 0) {
        this.#unknownKeys.add(scanner);
        if (!scanner.skip()) return;
        continue;
      }
      const { name } = this.#writer.columns[index]!;
      const key = { start: scanner.start - 1, end: scanner.end + 1, column: name };
      const message = `\`${name}\` stands twice in the table`;
      if (lengths.has(index)) this.#findings.report(PROBLEMS.duplicateColumn, key, message);
      const length = this.#readColumn(index, lengths.size === 0);
      if (scanner.fault) return;
      const [other] = lengths.values();
      if (other !== undefined && length !== other) {
        this.#findings.report(
          PROBLEMS.raggedRow,
          key,
          `\`${name}\` has ${length} values, but the first column has ${other}`,
        );
      }
      lengths.set(index, length);
    }
    if (!scanner.fault) this.#fillAbsentColumns(start, lengths);
  }

  /** Reads an array as a column; how many values it has. `isFirst`: the lines of the rows are taken from it. */
  #readColumn(index: number, isFirst: boolean): number {
    const scanner = this.#scanner;
    if (scanner.peek() !== 'array') {
      const start = scanner.at;
      if (!scanner.skip()) return 0;
      const message = `\`${this.#writer.columns[index]!.name}\` is no array of values`;
      this.#malformed(start, scanner.at, message, SHAPES);
      return 0;
    }
    let length = 0;
    for (let more = scanner.enter('array'); more; more = scanner.next('array')) {
      this.#writer.moveTo(length);
      this.#row = length + 1;
      scanner.peek();
      this.#writer.reserve(length + 1);
      if (isFirst) this.#writer.beginRow(scanner.line);
      this.#readValue(index);
      if (scanner.fault) return length;
      length++;
    }
    this.#writer.moveTo(length);
    return length;
  }

  #fillAbsentColumns(start: number, lengths: ReadonlyMap<number, number>): void {
    const rowCount = Math.max(0, ...lengths.values());
    for (const [index, column] of this.#writer.columns.entries()) {
      if (lengths.has(index)) continue;
      const misspelling = this.#unknownKeys.misspelling(index);
      if (!misspelling && column.default !== undefined) {
        this.#writer.reserve(rowCount);
        for (let row = 0; row < rowCount; row++) {
          this.#writer.moveTo(row);
          this.#writer.leaveOut(index);
        }
        continue;
      }
      const labels = [{ span: column.declaration.span, text: 'declared here' }];
      const hint = misspelling ? `${marked(misspelling.key)} looks like it.` : undefined;
      const place = misspelling ?? { start, end: start + 1 };
      this.#findings.report(PROBLEMS.missingColumn, place, `the table has no \`${column.name}\``, { labels, hint });
    }
    this.#writer.moveTo(rowCount);
  }
}

/** Keys that are no column, which may be columns misspelt. */
class UnknownKeys {
  readonly #columns: readonly string[];
  readonly #keys: string[] = [];
  readonly #numbers = new ByteInterner();
  /** `column key` → whether the two are alike: asked again for every row. */
  readonly #alike = new Map<string, boolean>();
  /** Of the row at hand: numbers of keys, and where they stand. */
  readonly #ofRow: { readonly number: number; readonly start: number; readonly end: number }[] = [];

  constructor(columns: readonly string[]) {
    this.#columns = columns;
  }

  beginRow(): void {
    this.#ofRow.length = 0;
  }

  /** Notes the key that the scanner has just read. */
  add(scanner: JsonScanner): void {
    const text = scanner.text();
    const number = this.#numbers.intern(text, 0, text.length);
    if (number === this.#keys.length) this.#keys.push(decodeUtf8(text));
    this.#ofRow.push({ number, start: scanner.start - 1, end: scanner.end + 1 });
  }

  /** The key of the row that looks like the column, and where it stands. */
  misspelling(column: number): { readonly key: string; readonly start: number; readonly end: number } | undefined {
    const found = this.#ofRow.find(({ number }) => this.#isAlike(column, number));
    return found && { key: this.#keys[found.number]!, start: found.start, end: found.end };
  }

  #isAlike(column: number, number: number): boolean {
    const pair = `${column} ${number}`;
    const known = this.#alike.get(pair);
    if (known !== undefined) return known;
    const alike = didYouMean(this.#keys[number]!, [this.#columns[column]!]) !== undefined;
    this.#alike.set(pair, alike);
    return alike;
  }
}
