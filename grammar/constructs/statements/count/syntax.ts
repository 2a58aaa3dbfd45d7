import type { Count } from '../../../ast/index.ts';
import { opening, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const countSyntax: Syntax = (p) => {
  p.RULE('countBlock', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.count);
    const order = p.subrule(0, p.blockOrder);
    p.consume(0, T.LeftBrace);
    return opening('rules', (body, span): Count => ({ kind: 'count-block', annotations, order, body, span }));
  });
};
