import type { SampleClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const sampleClauseSyntax: Syntax = (p) => {
  p.RULE('sampleClause', (): SampleClause => {
    const { startOffset } = p.consume(0, T.Keyword.sample);
    const one = p.subrule(0, p.integer);
    p.consume(0, T.Slash);
    const of = p.subrule(1, p.integer);
    return { kind: 'sample', one, of, span: p.spanFrom(startOffset) };
  });
};
