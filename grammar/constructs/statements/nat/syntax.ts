import type { Nat } from '../../../ast/index.ts';
import { opening, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const natSyntax: Syntax = (p) => {
  p.RULE('nat', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.nat);
    const order = p.subrule(0, p.blockOrder);
    p.consume(0, T.LeftBrace);
    return opening('rules', (body, span): Nat => ({ kind: 'nat', annotations, order, body, span }));
  });
};
