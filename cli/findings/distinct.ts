import type { Diagnostic } from '../../grammar/diagnostic.ts';

/**
 * The findings without repetitions: one place may be found wrong for each target, family and plane, in the same words.
 */
export function distinct(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return findings.filter(({ code, message, span, cell, labels }) => {
    const places = [span, ...labels.map((label) => label.span)].map((at) => at && [at.source.path, at.start, at.end]);
    const key = JSON.stringify([code, message, places, cell?.path, cell?.line, cell?.position]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
