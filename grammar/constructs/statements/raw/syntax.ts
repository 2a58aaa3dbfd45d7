import type { Raw } from '../../../ast/index.ts';
import { opening, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const rawSyntax: Syntax = (p) => {
  p.RULE('raw', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.raw);
    const order = p.subrule(0, p.blockOrder);
    p.consume(0, T.LeftBrace);
    return opening('rules', (body, span): Raw => ({ kind: 'raw', annotations, order, body, span }));
  });
};
