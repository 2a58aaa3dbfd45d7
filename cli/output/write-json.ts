/** Documents of any length as JSON on an output, piece after piece: one text of them all takes a while to make and to write. */
import type { Output } from '../session.ts';

/** Objects and lists this deep are made at once. */
const PIECE_DEPTH = 4;

/** So many characters are written at once, or a few more. */
const AT_ONCE = 1 << 16;

/** Writes a document as `JSON.stringify` with two blanks would give it, and a line end. */
export function writeJson(output: Output, document: unknown): void {
  let text = '';
  for (const piece of piecesOf(document, 0)) {
    text += piece;
    if (text.length < AT_ONCE) continue;
    output.write(text);
    text = '';
  }
  output.write(`${text}\n`);
}

function* piecesOf(value: unknown, depth: number): Generator<string> {
  if (typeof value !== 'object' || value === null || depth === PIECE_DEPTH) {
    yield indented(value, depth);
    return;
  }
  const isList = Array.isArray(value);
  let isFirst = true;
  for (const [name, part] of Object.entries(value) as [string, unknown][]) {
    if (part === undefined) continue;
    yield (isFirst ? (isList ? '[' : '{') : ',') + lineAt(depth + 1) + (isList ? '' : `${JSON.stringify(name)}: `);
    yield* piecesOf(part, depth + 1);
    isFirst = false;
  }
  if (isFirst) yield isList ? '[]' : '{}';
  else yield lineAt(depth) + (isList ? ']' : '}');
}

/** A value as it stands at a depth: written inside as many lists, of which then only the value is left. */
function indented(value: unknown, depth: number): string {
  let nested = value;
  for (let outer = 0; outer < depth; outer++) nested = [nested];
  const text = JSON.stringify(nested, undefined, 2);
  // `[` with a line end and two blanks more each time, before; a line end with two blanks fewer each time and `]`, behind.
  return text.slice(depth * (depth + 3), text.length - depth * (depth + 1));
}

function lineAt(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}
