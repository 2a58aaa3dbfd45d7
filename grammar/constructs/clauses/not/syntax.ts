import type { NotClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const notClauseSyntax: Syntax = (p) => {
  p.RULE('notClause', (): NotClause => {
    const { startOffset } = p.consume(0, T.Keyword.not);
    p.enter();
    const clause = p.subrule(0, p.clause);
    p.leave();
    return { kind: 'not', clause, span: p.spanFrom(startOffset) };
  });
};
