import type { FragmentClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

const PARTS = ['any', 'first', 'later'] as const;

export const fragmentClauseSyntax: Syntax = (p) => {
  p.RULE('fragmentClause', (): FragmentClause => {
    const { startOffset } = p.consume(0, T.Keyword.fragment);
    const which = p.option(0, {
      // Any other word is the next clause.
      GATE: () => PARTS.some((part) => part === p.LA(1).image),
      DEF: () => p.word(0, PARTS, 'part of a fragmented packet'),
    });
    return { kind: 'fragment', which: which ?? 'any', span: p.spanFrom(startOffset) };
  });
};
