import type { Each, Expression, Name, Rule, RuleItem } from '../../../ast/index.ts';
import { opening, type Grammar, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const eachSyntax: Syntax = (p) => {
  // `each packet …` is one rule; `each ROW in TABLE { … }` holds rules.
  p.RULE('each', (): Rule | Opening => {
    const { startOffset } = p.consume(0, T.Keyword.each);
    return p.or<Rule | Opening>(0, {
      DEF: [
        {
          ALT: () => {
            p.consume(0, T.Keyword.packet);
            return p.subrule(0, p.plainRule, { ARGS: [startOffset] });
          },
        },
        { ALT: () => p.subrule(0, p.eachHead, { ARGS: [startOffset] }) },
      ],
      ERR_MSG: 'a name for the row, as in `each u in users`, or `packet`',
    });
  });

  p.RULE('eachHead', (): Opening => {
    const { annotations, body } = p;
    const variable = p.subrule(0, p.name);
    p.consume(0, T.Keyword.in);
    const table = p.subrule(1, p.name);
    const where = p.option(0, () => {
      p.consume(0, T.Keyword.where);
      return p.subrule(0, p.expression);
    });
    p.consume(0, T.LeftBrace);
    return opening(body === 'dispatch' ? 'dispatch' : 'rules', (items, span) =>
      eachOf({ annotations, variable, table, where }, items, span),
    );
  });
};

interface Head {
  readonly annotations: Grammar['annotations'];
  readonly variable: Name;
  readonly table: Name;
  readonly where: Expression | undefined;
}

function eachOf(head: Head, body: readonly RuleItem[], span: Each['span']): Each {
  const { annotations, variable, table, where } = head;
  return { kind: 'each', annotations, variable, table, ...(where && { where }), body, span };
}
