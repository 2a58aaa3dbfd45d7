import type { GroupUse, Value } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { withProtocols } from '../../values/service/literal.ts';

export const groupUseSyntax: Syntax = (p) => {
  p.RULE('groupUse', (): GroupUse => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.use);
    const group = p.subrule(0, p.name);
    const values: Value[] = [];
    p.option(0, () => {
      p.consume(0, T.LeftParenthesis);
      p.option(1, () => {
        values.push(p.subrule(0, p.set));
        p.many(0, () => {
          p.consume(0, T.Comma);
          values.push(p.subrule(1, p.set));
        });
      });
      p.consume(0, T.RightParenthesis);
    });
    const meant = p.ACTION(() => values.map(withProtocols));
    return { kind: 'group-use', annotations, group, arguments: meant, span: p.spanFrom(startOffset) };
  });
};
