import type { StateClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { FLOW_STATES } from '../../../words.ts';

export const stateClauseSyntax: Syntax = (p) => {
  p.RULE('stateClause', (): StateClause => {
    const { startOffset } = p.consume(0, T.Keyword.state);
    const states = [p.word(0, FLOW_STATES, 'state of a flow')];
    p.many(0, () => {
      p.consume(0, T.Comma);
      states.push(p.word(1, FLOW_STATES, 'state of a flow'));
    });
    return { kind: 'state', states, span: p.spanFrom(startOffset) };
  });
};
