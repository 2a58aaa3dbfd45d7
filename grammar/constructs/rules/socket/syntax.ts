import type { Clause, RateClause, Rule, RuleItem } from '../../../ast/index.ts';
import type { Grammar, Opening, Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { attachedOf } from '../rule/syntax.ts';

/** A clause that stands twice, the second time where rules begin, belongs to the next rule. */
function refuseMerged(p: Grammar, clauses: readonly Clause[]): void {
  const known = new Set<string>();
  for (const clause of clauses) {
    const word = clause.kind === 'address' ? clause.side : clause.kind;
    if (known.has(word) && p.beginsItemLine(clause.span.start)) {
      const hint = 'a rule of `dispatch` ends with `-> socket NAME`';
      p.fail(PROBLEMS.unexpected, clause, 'the rule before this one has no end', hint);
    }
    known.add(word);
  }
}

/** Behind a socket stands what it gets of its packets: a rate that they are let through up to. */
function limitOf(p: Grammar, clause: Clause): RateClause | undefined {
  if (clause.kind === 'rate' && clause.sense === 'up to') return clause;
  p.report(PROBLEMS.unexpected, clause, 'a socket gets packets up to a rate', 'write `up to RATE per destination`');
  return undefined;
}

export const socketSyntax: Syntax = (p) => {
  // In `dispatch` the clauses come first: what goes where reads like a table. Effects stand before the arrow; the socket
  // ends the rule, with how much of it that gets.
  p.RULE('socketRule', (): Rule => {
    const { annotations } = p;
    const start = p.here();
    const clauses = p.subrule(0, p.clauses);
    p.ACTION(() => refuseMerged(p, clauses));
    const attached = attachedOf(p);
    const { startOffset } = p.consume(0, T.Arrow);
    p.word(0, ['socket'], 'way to go');
    const socket = p.subrule(0, p.name);
    const clause = p.option(0, () => p.subrule(0, p.rateClause));
    const limit = p.ACTION(() => clause && limitOf(p, clause));
    const action = { kind: 'socket', socket, ...(limit && { limit }), span: p.spanFrom(startOffset) } as const;
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
