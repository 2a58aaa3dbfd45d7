import type { Rule } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { attachedOf } from '../rule/syntax.ts';

export const trafficSyntax: Syntax = (p) => {
  p.RULE('trafficRule', (): Rule => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.traffic);
    const word = p.spanFrom(startOffset);
    const clauses = p.subrule(0, p.clauses);
    p.consume(0, T.Keyword.as);
    const counter = p.subrule(0, p.counter);
    const attached = attachedOf(p);
    const action = { kind: 'traffic', counter, span: word } as const;
    return { kind: 'rule', annotations, eachPacket: false, action, clauses, attached, span: p.spanFrom(startOffset) };
  });
};
