/** A file of rows or entries: its bytes, and places in it for messages. */
import type { CellPlace } from '../../grammar/diagnostic.ts';
import type { SourceFile, Span } from '../../grammar/source.ts';
import { decodeUtf8, utf16Length } from './utf8.ts';

export interface DataFile {
  /** The path as `Inputs.read` takes it. */
  readonly path: string;
  /** The path as people know it. */
  readonly shown: string;
  readonly bytes: Uint8Array;
  /** Where the text begins: behind a byte order mark. */
  readonly start: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** So many bytes are kept on either side of a place; a JSON file may be one line of megabytes. */
const CONTEXT = 400;

/** The place `bytes[start..end)`; of a text of several lines, the part in the first. */
export function placeIn(file: DataFile, start: number, end: number, column: string | undefined): CellPlace {
  const { bytes } = file;
  const { line, lineStart } = lineAt(file, start);
  const lineEnd = lineEndFrom(bytes, start);
  const placeEnd = Math.max(start, Math.min(end, lineEnd));
  const from = characterStart(bytes, Math.max(lineStart, start - CONTEXT), lineStart);
  const to = characterStart(bytes, Math.min(lineEnd, placeEnd + CONTEXT, start + 2 * CONTEXT), start);
  const head = `${from > lineStart ? '…' : ''}${decodeUtf8(bytes.subarray(from, start))}`;
  const middle = decodeUtf8(bytes.subarray(start, Math.min(placeEnd, to)));
  const tail = decodeUtf8(bytes.subarray(Math.min(placeEnd, to), to));
  return {
    path: file.shown,
    line,
    position: utf16Length(bytes, lineStart, start) + 1,
    column,
    text: `${head}${middle}${tail}${to < lineEnd ? '…' : ''}`,
    start: head.length,
    end: head.length + middle.length,
  };
}

/** The line, counted from 1, in which the byte at `offset` stands, and where that line begins. */
export function lineAt(file: DataFile, offset: number): { readonly line: number; readonly lineStart: number } {
  const { bytes } = file;
  let line = 1;
  let lineStart = file.start;
  for (let at = file.start; at < offset; at++) {
    const byte = bytes[at];
    const ends = byte === LINE_FEED || (byte === CARRIAGE_RETURN && bytes[at + 1] !== LINE_FEED);
    if (ends) {
      line++;
      lineStart = at + 1;
    }
  }
  return { line, lineStart };
}

/** Where a line, counted from 1, begins and ends. */
function lineExtent(file: DataFile, line: number): { readonly start: number; readonly end: number } {
  const { bytes } = file;
  let start = file.start;
  for (let passed = 1; passed < line && start < bytes.length; passed++) {
    const end = lineEndFrom(bytes, start);
    start = end + (bytes[end] === CARRIAGE_RETURN && bytes[end + 1] === LINE_FEED ? 2 : 1);
  }
  return { start, end: lineEndFrom(bytes, start) };
}

/** A whole line as a place. */
export function placeOfLine(file: DataFile, line: number): CellPlace {
  const { start, end } = lineExtent(file, line);
  return placeIn(file, start, end, undefined);
}

const sources = new WeakMap<DataFile, SourceFile>();

/** A whole line as a span, for a label. The file becomes one string: only where something is wrong. */
export function spanOfLine(file: DataFile, line: number): Span {
  let source = sources.get(file);
  if (!source) {
    source = { path: file.shown, text: decodeUtf8(file.bytes.subarray(file.start)) };
    sources.set(file, source);
  }
  const { start, end } = lineExtent(file, line);
  const offset = utf16Length(file.bytes, file.start, start);
  return { source, start: offset, end: offset + utf16Length(file.bytes, start, end) };
}

function lineEndFrom(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (at < bytes.length && bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) at++;
  return at;
}

/** The beginning of the character that the byte at `at` belongs to, but not before `least`. */
function characterStart(bytes: Uint8Array, at: number, least: number): number {
  let start = at;
  while (start > least && start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}
