/** `source-map.json`: which line of the policy each line of an artifact carries out. */
import type { TargetOutput } from '../../compiler/compile.ts';
import type { SourceMapEntry } from '../../compiler/plane.ts';
import { positionOf, type Span } from '../../grammar/source.ts';

export const SOURCE_MAP = 'source-map.json';

/**
 * The file's bytes in pieces: an object of artifact path → list of `{ line, rule, source, from, to }`, in the order of
 * lines; an entry a line. `from` and `to` (exclusive) are `LINE:COLUMN`, counted from 1.
 */
export function sourceMapContent(targets: readonly TargetOutput[]): readonly Uint8Array[] {
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [encoder.encode('{')];
  let isFirst = true;
  for (const [path, entries] of entriesByPath(targets)) {
    pieces.push(encoder.encode(`${isFirst ? '' : ','}\n${JSON.stringify(path)}: [\n`));
    pieces.push(encoder.encode(entries.map(entryText).join(',\n')));
    pieces.push(encoder.encode('\n]'));
    isFirst = false;
  }
  pieces.push(encoder.encode('\n}\n'));
  return pieces;
}

/** In the order of targets, planes and artifacts. */
function entriesByPath(targets: readonly TargetOutput[]): ReadonlyMap<string, readonly SourceMapEntry[]> {
  const byPath = new Map<string, SourceMapEntry[]>();
  for (const target of targets) {
    for (const { sourceMap } of target.planes) {
      for (const entry of sourceMap) {
        const path = `${target.name}/${entry.path}`;
        const entries = byPath.get(path) ?? [];
        if (entries.length === 0) byPath.set(path, entries);
        entries.push(entry);
      }
    }
  }
  for (const entries of byPath.values()) entries.sort((left, right) => left.line - right.line);
  return byPath;
}

function entryText({ line, origin, span }: SourceMapEntry): string {
  const source = span.source.path;
  return JSON.stringify({ line, rule: origin, source, from: place(span, span.start), to: place(span, span.end) });
}

function place(span: Span, offset: number): string {
  const { line, column } = positionOf(span.source, offset);
  return `${line}:${column}`;
}
