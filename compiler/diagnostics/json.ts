/** Findings as data, for other programs. */
import type { Diagnostic, Severity } from '../../grammar/diagnostic.ts';
import type { Position } from '../../grammar/source.ts';
import { inOrder } from './order.ts';
import { placeOf, placeOfSpan, type Place } from './place.ts';

/** Lines and columns are counted from 1, columns in UTF-16 units; `end` is behind the last character. */
export interface PlaceData {
  readonly path: string;
  readonly start: Position;
  readonly end: Position;
}

export interface FindingData {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Null where a finding is about no place. */
  readonly place: PlaceData | null;
  /** The table column that a cell belongs to. */
  readonly column: string | null;
  readonly labels: readonly (PlaceData & { readonly text: string })[];
  readonly hint: string | null;
}

/** All findings in order. */
export function findingsAsJson(findings: readonly Diagnostic[]): FindingData[] {
  return inOrder(findings).map((finding) => {
    const place = placeOf(finding);
    return {
      code: finding.code,
      severity: finding.severity,
      message: finding.message,
      place: place ? placeData(place) : null,
      column: finding.cell?.column ?? null,
      labels: finding.labels.map(({ span, text }) => ({ ...placeData(placeOfSpan(span)), text })),
      hint: finding.hint ?? null,
    };
  });
}

function placeData({ path, start, end }: Place): PlaceData {
  return { path, start, end };
}
