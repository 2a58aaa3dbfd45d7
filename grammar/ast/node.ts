import type { Span } from '../source.ts';

/** What every syntax node has. */
export interface Node {
  readonly span: Span;
}

/** A name where it is written: `snake_case`, or any text in quotes. */
export interface Name extends Node {
  readonly kind: 'name';
  readonly text: string;
  readonly quoted: boolean;
}

/** What stands before a statement and speaks about it: `##` lines, `owner "…"`, `ticket "…"`. */
export interface Annotations {
  /** The `##` lines, without the marks. */
  readonly documentation: readonly string[];
  readonly owner?: string;
  readonly ticket?: string;
  /** Where they stand, from the first to the last; absent if there are none. Not part of the statement's own span. */
  readonly span?: Span;
}

export interface Annotated extends Node {
  readonly annotations: Annotations;
}
