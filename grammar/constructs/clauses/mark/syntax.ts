import type { MarkClause, MarkValue } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const markClauseSyntax: Syntax = (p) => {
  p.RULE('markClause', (): MarkClause => {
    const { startOffset } = p.consume(0, T.Keyword.mark);
    p.consume(0, T.Keyword.is);
    const values = [p.subrule(0, p.markValue)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      values.push(p.subrule(1, p.markValue));
    });
    return { kind: 'mark', values, span: p.spanFrom(startOffset) };
  });

  p.RULE('markValue', (): MarkValue => {
    const start = p.here();
    const value = p.subrule(0, p.scalar);
    const mask = p.option(0, () => p.subrule(0, p.mask));
    return { kind: 'mark-value', value, ...(mask && { mask }), span: p.spanFrom(start) };
  });

  p.RULE('mask', () => {
    p.consume(0, T.Slash);
    return p.subrule(0, p.integer);
  });
};
