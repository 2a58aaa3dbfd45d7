/** The findings about one data file, of which only the first are shown. */
import { diagnostic, type Diagnostic, type DiagnosticDetails, type DiagnosticKind } from '../../grammar/diagnostic.ts';
import type { Span } from '../../grammar/source.ts';
import { placeIn, type DataFile } from './data-file.ts';
import { PROBLEMS } from './problems.ts';

/** So many findings are shown for a file: one mistake in an export repeats itself in every row. */
const SHOWN = 20;

/** Where in the file a finding is: bytes, and the column's name if it is about a cell. */
export interface BytePlace {
  readonly start: number;
  readonly end: number;
  readonly column?: string;
}

export class FileFindings {
  readonly file: DataFile;
  /** The statement that names the file. */
  readonly #span: Span;
  readonly #shown: Diagnostic[] = [];
  #count = 0;
  readonly #introduced = new Set<string>();

  constructor(file: DataFile, span: Span) {
    this.file = file;
    this.#span = span;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Counts a finding. True if it is to be shown, with `add`: past the first ones nobody needs to find words. */
  isNext(): boolean {
    this.#count++;
    return this.#count <= SHOWN;
  }

  /** Whether this is the first time that a column is spoken of, so that its declaration is shown. */
  introduces(column: string): boolean {
    return this.#introduced.size < this.#introduced.add(column).size;
  }

  /** Shows the finding that was counted last. */
  add(kind: DiagnosticKind, place: BytePlace | undefined, message: string, details: DiagnosticDetails = {}): void {
    const cell = place ? { cell: placeIn(this.file, place.start, place.end, place.column) } : {};
    this.#shown.push(diagnostic(kind, this.#span, message, { ...details, ...cell }));
  }

  /** Counts and shows a finding. */
  report(kind: DiagnosticKind, place: BytePlace | undefined, message: string, details: DiagnosticDetails = {}): void {
    if (this.isNext()) this.add(kind, place, message, details);
  }

  /** The findings to show, in the order in which they came, and a note that counts the others. */
  list(): readonly Diagnostic[] {
    const more = this.#count - SHOWN;
    if (more <= 0) return this.#shown;
    const message = `and ${more} more finding${more === 1 ? '' : 's'} in ${this.file.shown}`;
    return [...this.#shown, diagnostic(PROBLEMS.moreFindings, this.#span, message)];
  }
}
