import type { Diagnostic } from '../../grammar/diagnostic.ts';
import type { Span } from '../../grammar/source.ts';

/**
 * The findings without repetitions: one place may be found wrong for each target, family and plane, in the same words.
 */
export function distinct(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return findings.filter(({ code, message, span, cell, labels }) => {
    let key = `${code}\0${message}\0${placeKey(span)}\0${cell ? `${cell.path}\0${cell.line}:${cell.position}` : ''}`;
    for (const label of labels) key += `\0${placeKey(label.span)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function placeKey(span: Span | undefined): string {
  return span ? `${span.source.path}\0${span.start}-${span.end}` : '';
}
