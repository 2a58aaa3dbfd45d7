/** Where a finding points, whether into a policy or into a data file. */
import type { CellPlace, Diagnostic } from '../../grammar/diagnostic.ts';
import { lineText, positionOf, type Position, type Span } from '../../grammar/source.ts';

/** A place with the line it begins in. */
export interface Place {
  readonly path: string;
  readonly start: Position;
  /** Behind the last character. */
  readonly end: Position;
  /** The first line, or the part of it around the place. */
  readonly text: string;
  /** The place in `text`, as half-open UTF-16 offsets: up to the end of that line. */
  readonly textStart: number;
  readonly textEnd: number;
}

/** The place that a finding is about: its cell if it has one, else its span. */
export function placeOf({ cell, span }: Diagnostic): Place | undefined {
  if (cell) return placeOfCell(cell);
  return span && placeOfSpan(span);
}

export function placeOfSpan({ source, start: from, end: to }: Span): Place {
  const start = positionOf(source, from);
  const end = positionOf(source, Math.max(from, to));
  const text = lineText(source, start.line);
  const textStart = Math.min(start.column - 1, text.length);
  const textEnd = end.line === start.line ? Math.min(end.column - 1, text.length) : text.length;
  return { path: source.path, start, end, text, textStart, textEnd };
}

function placeOfCell({ path, line, position, text, start, end }: CellPlace): Place {
  return {
    path,
    start: { line, column: position },
    end: { line, column: position + end - start },
    text,
    textStart: start,
    textEnd: end,
  };
}
