/** The text as bytes, in the pieces that it comes in: structure line by line, elements without a string for each. */

const NEWLINE = 0x0a;

const decoder = new TextDecoder();

export class Text {
  readonly #pieces: readonly Uint8Array[];
  #piece = 0;
  #line = 0;
  /** Bytes of the piece at hand, and how far they have been read. */
  bytes: Uint8Array;
  at = 0;

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = joinedAtLines(pieces);
    this.bytes = this.#pieces[0] ?? new Uint8Array(0);
  }

  /** Number of the line that was read last, counted from 1. */
  get line(): number {
    return this.#line;
  }

  /** Whoever reads bytes by himself says how many lines have ended. */
  countLine(): void {
    this.#line += 1;
  }

  /** The next line, without its end; undefined behind the last. */
  nextLine(): string | undefined {
    while (this.at >= this.bytes.length) {
      if (this.#piece >= this.#pieces.length - 1) return undefined;
      this.#piece += 1;
      this.bytes = this.#pieces[this.#piece]!;
      this.at = 0;
    }
    const { bytes, at } = this;
    let end = bytes.indexOf(NEWLINE, at);
    if (end < 0) end = bytes.length;
    this.at = end + 1;
    this.#line += 1;
    return decoder.decode(bytes.subarray(at, end));
  }

  /** The next line that says something: comments and empty lines are passed over, space at its ends is cut off. */
  nextStatement(): string | undefined {
    for (;;) {
      const line = this.nextLine()?.trim();
      if (line === undefined || (line !== '' && !line.startsWith('#'))) return line;
    }
  }
}

/** Pieces that end where a line does; what does not is joined with what follows it. */
function joinedAtLines(pieces: readonly Uint8Array[]): Uint8Array[] {
  const joined: Uint8Array[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last === undefined || last.at(-1) === NEWLINE) {
      if (piece.length > 0) joined.push(piece);
    } else {
      const both = new Uint8Array(last.length + piece.length);
      both.set(last);
      both.set(piece, last.length);
      joined[joined.length - 1] = both;
    }
  }
  return joined;
}
