import type { Mangle } from '../../../ast/index.ts';
import { opening, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { MANGLE_HOOKS } from '../../../words.ts';

export const mangleSyntax: Syntax = (p) => {
  p.RULE('mangle', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.mangle);
    const hook = p.word(0, MANGLE_HOOKS, 'hook of a mangle block');
    const order = p.subrule(0, p.blockOrder);
    p.consume(0, T.LeftBrace);
    return opening('rules', (body, span): Mangle => ({ kind: 'mangle', annotations, order, hook, body, span }));
  });
};
