/**
 * A finding about a policy, for people: a stable code, the place, what is wrong, and what to do. Every layer makes
 * these and none throws them; they are collected and shown together.
 */
import type { Span } from './source.ts';

export type Severity = 'error' | 'warning' | 'note';

/** A second place that explains the first: `first declared here`. */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

/**
 * A place in a data file (a cell of a table, a line of a list), whose text no policy holds. Lines and columns are counted
 * from 1.
 */
export interface CellPlace {
  readonly path: string;
  /** Line of the file (of a CSV file, the header is line 1). */
  readonly line: number;
  /** Where in that line the place begins, in UTF-16 units as in `Position`. */
  readonly position: number;
  /** The name of the table's column; undefined where the finding is about a whole line. */
  readonly column: string | undefined;
  /** The line as it stands in the file; of a very long one, the part around the place. */
  readonly text: string;
  /** The place as half-open UTF-16 offsets in `text`. */
  readonly start: number;
  readonly end: number;
}

export interface Diagnostic {
  /** Stable and never reused: `SL0201`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span | undefined;
  readonly cell?: CellPlace;
  readonly labels: readonly Label[];
  /** What to do about it, in one or two sentences. */
  readonly hint: string | undefined;
}

/** What a diagnostic code stands for: its reference page is generated from this. */
export interface DiagnosticKind {
  readonly code: string;
  readonly severity: Severity;
  /** A few words, for the list: `unknown name`. */
  readonly title: string;
  /** Markdown for the page of this code: when it is said, why it matters, what to do. */
  readonly explanation: string;
}

export interface DiagnosticDetails {
  readonly hint?: string | undefined;
  readonly labels?: readonly Label[];
  readonly cell?: CellPlace;
}

/** Makes a finding of a kind at a place. `message` says what is wrong here, with the names that stand there. */
export function diagnostic(
  kind: DiagnosticKind,
  span: Span | undefined,
  message: string,
  details: DiagnosticDetails = {},
): Diagnostic {
  return {
    code: kind.code,
    severity: kind.severity,
    message,
    span,
    labels: details.labels ?? [],
    hint: details.hint,
    ...(details.cell ? { cell: details.cell } : {}),
  };
}

export function isError(finding: Diagnostic): boolean {
  return finding.severity === 'error';
}
