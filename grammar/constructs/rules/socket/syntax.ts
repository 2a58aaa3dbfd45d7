import type { Rule, RuleItem } from '../../../ast/index.ts';
import type { Opening, Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { attachedOf } from '../rule/syntax.ts';

export const socketSyntax: Syntax = (p) => {
  // In `dispatch` the clauses come first: what goes where reads like a table.
  p.RULE('socketRule', (): Rule => {
    const { annotations } = p;
    const start = p.here();
    const clauses = p.subrule(0, p.clauses);
    const { startOffset } = p.consume(0, T.Arrow);
    p.choose(p.consume(0, T.AnyWord), ['socket'], 'way to go');
    const socket = p.subrule(0, p.name);
    const action = { kind: 'socket', socket, span: p.spanFrom(startOffset) } as const;
    const attached = attachedOf(p);
    return { kind: 'rule', annotations, eachPacket: false, action, clauses, attached, span: p.spanFrom(start) };
  });

  const items = [
    { ALT: () => p.subrule(0, p.each) },
    { ALT: () => p.subrule(0, p.groupUse) },
    { ALT: () => p.subrule(0, p.socketRule) },
  ];
  p.RULE('dispatchItem', (): RuleItem | Opening =>
    p.or<RuleItem | Opening>(0, { DEF: items, ERR_MSG: 'clauses and `-> socket NAME`' }),
  );
};
