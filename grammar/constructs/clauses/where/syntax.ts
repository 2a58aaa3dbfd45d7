import type { WhereClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const whereClauseSyntax: Syntax = (p) => {
  p.RULE('whereClause', (): WhereClause => {
    const { startOffset } = p.consume(0, T.Keyword.where);
    const expression = p.subrule(0, p.expression);
    return { kind: 'where', expression, span: p.spanFrom(startOffset) };
  });
};
