import type { Dispatch } from '../../../ast/index.ts';
import { opening, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const dispatchSyntax: Syntax = (p) => {
  p.RULE('dispatch', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.dispatch);
    const order = p.subrule(0, p.blockOrder);
    p.consume(0, T.LeftBrace);
    return opening('dispatch', (body, span): Dispatch => ({ kind: 'dispatch', annotations, order, body, span }));
  });
};
