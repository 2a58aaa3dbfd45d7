import type { Mitigate, Name } from '../../../ast/index.ts';
import { opening, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const mitigateSyntax: Syntax = (p) => {
  p.RULE('mitigate', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.mitigate);
    const order = p.subrule(0, p.blockOrder);
    const zones = p.option(0, (): Name[] => {
      p.consume(0, T.Keyword.in);
      return p.subrule(0, p.names);
    });
    p.consume(0, T.LeftBrace);
    return opening('rules', (body, span): Mitigate => ({
      kind: 'mitigate',
      annotations,
      order,
      in: zones ?? [],
      body,
      span,
    }));
  });
};
