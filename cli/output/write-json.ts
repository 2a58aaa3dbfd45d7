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
    yield JSON.stringify(value, undefined, 2).replaceAll('\n', lineAt(depth));
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

function lineAt(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}
