import type { Group, Name } from '../../../ast/index.ts';
import { opening, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const groupSyntax: Syntax = (p) => {
  p.RULE('group', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.group);
    const name = p.subrule(0, p.name);
    let parameters: readonly Name[] = [];
    p.option(0, () => {
      p.consume(0, T.LeftParenthesis);
      p.option(1, () => {
        parameters = p.subrule(0, p.names);
      });
      p.consume(0, T.RightParenthesis);
    });
    p.consume(0, T.LeftBrace);
    return opening('rules', (body, span): Group => ({ kind: 'group', annotations, name, parameters, body, span }));
  });
};
