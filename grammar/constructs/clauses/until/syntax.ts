import type { DateLiteral, UntilClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const untilClauseSyntax: Syntax = (p) => {
  p.RULE('date', (): DateLiteral => p.consume(0, T.DateToken).payload as DateLiteral);

  p.RULE('untilClause', (): UntilClause => {
    const { startOffset } = p.consume(0, T.Keyword.until);
    const date = p.subrule(0, p.date);
    return { kind: 'until', date, span: p.spanFrom(startOffset) };
  });
};
