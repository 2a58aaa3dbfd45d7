import type { OpaqueClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const opaqueClauseSyntax: Syntax = (p) => {
  // The same words are an effect behind `and` and behind `do`.
  p.RULE('opaqueClause', (): OpaqueClause => {
    const { startOffset } = p.consume(0, T.Keyword.opaque);
    const plane = p.subrule(0, p.name);
    const text = String(p.consume(0, T.StringToken).payload);
    return { kind: 'opaque', plane, text, span: p.spanFrom(startOffset) };
  });
};
