import type { Clause, Rule, RuleItem } from '../../../ast/index.ts';
import type { Grammar, Opening, Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { attachedOf } from '../rule/syntax.ts';

/** A clause that stands twice, the second time at the beginning of a line, belongs to the next rule. */
function refuseMerged(p: Grammar, clauses: readonly Clause[]): void {
  const known = new Set<string>();
  for (const clause of clauses) {
    const word = clause.kind === 'address' ? clause.side : clause.kind;
    if (known.has(word) && startsLine(clause)) {
      const hint = 'a rule of `dispatch` ends with `-> socket NAME`';
      p.fail(PROBLEMS.unexpected, clause, 'the rule before this one has no end', hint);
    }
    known.add(word);
  }
}

function startsLine({ span }: Clause): boolean {
  const { text } = span.source;
  return text.slice(text.lastIndexOf('\n', span.start - 1) + 1, span.start).trim() === '';
}

export const socketSyntax: Syntax = (p) => {
  // In `dispatch` the clauses come first: what goes where reads like a table.
  p.RULE('socketRule', (): Rule => {
    const { annotations } = p;
    const start = p.here();
    const clauses = p.subrule(0, p.clauses);
    p.ACTION(() => refuseMerged(p, clauses));
    const { startOffset } = p.consume(0, T.Arrow);
    p.word(0, ['socket'], 'way to go');
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
