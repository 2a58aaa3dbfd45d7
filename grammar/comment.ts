import type { Span } from './source.ts';

/** A comment, from its mark to the end of its line. */
export interface Comment {
  readonly span: Span;
  /** Begins with `##` and stands on a line of its own. */
  readonly documents: boolean;
  /** A statement or rule took it as its documentation: it is in the tree and no loose comment any more. */
  attached: boolean;
}

/** The words of a `##` comment, without the marks and the blank behind them. */
export function documentationText(comment: Comment): string {
  const { source, start, end } = comment.span;
  return source.text
    .slice(start + 2, end)
    .replace(/^ /, '')
    .trimEnd();
}
