/** Text that the reader does not understand, or that nft would not take: never passed over. */
export class Misread extends Error {
  /** Line of the text, counted from 1; undefined until somebody knows it. */
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }

  /** The same, at a line, unless one is known already. */
  at(line: number): Misread {
    return this.line === undefined ? new Misread(this.message, line) : this;
  }
}
