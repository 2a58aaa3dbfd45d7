/** What tells a finding from others after lines have moved: for baselines, and for hosts that follow findings over time. */
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import { placeOf } from './place.ts';

/**
 * One text for each finding, in their order: its code, its file, and the line's own text. Equal ones are numbered as they come,
 * so that a second finding in an equal line is one of its own.
 */
export function fingerprintsOf(findings: readonly Diagnostic[]): string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const place = placeOf(finding);
    const text = `${finding.code} ${place?.path ?? ''}: ${place?.text.trim() ?? finding.message}`;
    const number = (seen.get(text) ?? 0) + 1;
    seen.set(text, number);
    return number === 1 ? text : `${text} (${number})`;
  });
}
