import type { DscpClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const dscpClauseSyntax: Syntax = (p) => {
  p.RULE('dscpClause', (): DscpClause => {
    const { startOffset } = p.consume(0, T.Keyword.dscp);
    p.consume(0, T.Keyword.is);
    const values = p.subrule(0, p.value);
    return { kind: 'dscp', values, span: p.spanFrom(startOffset) };
  });
};
