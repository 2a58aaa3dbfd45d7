import type { StateClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { FLOW_STATES } from '../../../words.ts';

export const stateClauseSyntax: Syntax = (p) => {
  p.RULE('stateClause', (): StateClause => {
    const { startOffset } = p.consume(0, T.Keyword.state);
    const states = [p.choose(p.consume(0, T.AnyWord), FLOW_STATES, 'state of a flow')];
    p.many(0, () => {
      p.consume(0, T.Comma);
      states.push(p.choose(p.consume(1, T.AnyWord), FLOW_STATES, 'state of a flow'));
    });
    return { kind: 'state', states, span: p.spanFrom(startOffset) };
  });
};
