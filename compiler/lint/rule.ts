/** What a lint rule is: a file each, in a folder for each group, and a line in `index.ts`. */
import type { DiagnosticKind, Label, Severity } from '../../grammar/diagnostic.ts';
import type { Span } from '../../grammar/source.ts';
import type { LintContext } from './context.ts';

/** What rules of a group are about, in the order of the reference. */
export const GROUPS = ['reach', 'safety', 'cost', 'planes', 'hosts', 'upkeep'] as const;

export type Group = (typeof GROUPS)[number];

/** A change of text: what stands at `span` gives way to `text`. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** One place that a rule has something to say about. */
export interface Observation {
  readonly span: Span;
  /** What is wrong here, with the names that stand there. */
  readonly message: string;
  readonly hint?: string;
  readonly labels?: readonly Label[];
  /** Where it is not the rule's own. */
  readonly severity?: Severity;
  /** Edits that change nothing for any packet; `--fix` makes them once that is proved. */
  readonly fix?: readonly Edit[];
}

export interface LintRule {
  /** Stable and never reused. */
  readonly code: string;
  /** As in suppressions: words with hyphens. */
  readonly name: string;
  readonly group: Group;
  readonly severity: Severity;
  /** A few words, for the list. */
  readonly title: string;
  /** What it finds: Markdown. */
  readonly finds: string;
  /** Why that matters. */
  readonly matters: string;
  /** What to do about it. */
  readonly remedy: string;
  /** A policy with it, and the same policy without it. Tests run both; the day is `EXAMPLE_DAY`. */
  readonly bad: string;
  readonly good: string;
  readonly run: (context: LintContext) => Iterable<Observation>;
}

/** The day on which the examples of rules are linted. */
export const EXAMPLE_DAY = { year: 2026, month: 6, day: 1 } as const;

/** The rule as the kind of finding that it makes. */
export function kindOf({ code, severity, title, finds, matters, remedy }: LintRule): DiagnosticKind {
  return { code, severity, title, explanation: `${finds}\n\n${matters}\n\n${remedy}` };
}
