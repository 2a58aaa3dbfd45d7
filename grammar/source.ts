/**
 * A text that Sluice reads, and places in it. Every syntax node, rule, artifact line and finding names a place by a
 * `Span`, so that each can show the line it came from.
 */

/** One input text: a policy file, standard input, or (for messages about cells) a table file. */
export interface SourceFile {
  /** As the user named it, for messages: `policy.sluice`, `std.services`, `<stdin>`. */
  readonly path: string;
  readonly text: string;
}

/** Half-open range of UTF-16 offsets in `source.text`. */
export interface Span {
  readonly source: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** Line and column of an offset, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * The same text with a line feed for each carriage return that stands alone: a line ends there too, as some editors and
 * spreadsheets write it, and a comment must not run on to the end of such a file. Offsets stay as they are.
 */
export function withLineFeeds(source: SourceFile): SourceFile {
  const { path, text } = source;
  return LONE_RETURN.test(text) ? { path, text: text.replaceAll(LONE_RETURNS, '\n') } : source;
}

const LONE_RETURN = /\r(?!\n)/;
const LONE_RETURNS = /\r(?!\n)/g;

const lineStartsBySource = new WeakMap<SourceFile, Uint32Array>();

/** Offsets at which the lines of `source` begin; computed once for each file, when a message first needs it. */
function lineStarts(source: SourceFile): Uint32Array {
  const known = lineStartsBySource.get(source);
  if (known) return known;
  const starts = [0];
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1)) starts.push(at + 1);
  const packed = Uint32Array.from(starts);
  lineStartsBySource.set(source, packed);
  return packed;
}

/** Where `offset` stands in `source`. */
export function positionOf(source: SourceFile, offset: number): Position {
  const starts = lineStarts(source);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

/** The text of a line (counted from 1), without its line end. */
export function lineText(source: SourceFile, line: number): string {
  const starts = lineStarts(source);
  const start = starts[line - 1] ?? source.text.length;
  const end = starts[line] ?? source.text.length + 1;
  return source.text.slice(start, end - 1).replace(/\r$/, '');
}
