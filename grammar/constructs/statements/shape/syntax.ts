import type { IntegerLiteral, Shape } from '../../../ast/index.ts';
import { opening, type Grammar, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { once } from '../../values/limits/syntax.ts';

const LINKS = ['ethernet', 'atm', 'docsis'] as const;

interface Draft {
  link?: (typeof LINKS)[number];
  overhead?: IntegerLiteral;
  queues?: IntegerLiteral;
  policed?: boolean;
}

export const shapeSyntax: Syntax = (p) => {
  p.RULE('shape', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.shape);
    const zone = p.subrule(0, p.name);
    const direction = p.word(0, ['ingress', 'egress'], 'direction of a shaper');
    p.consume(0, T.Keyword.rate);
    const rate = p.subrule(0, p.scalar);
    const draft: Draft = {};
    p.many(0, () => p.or(0, optionsOf(p, draft)));
    p.consume(0, T.LeftBrace);
    const { policed = false, ...options } = draft;
    return opening('rules', (body, span): Shape => ({
      kind: 'shape',
      annotations,
      zone,
      direction,
      rate,
      ...options,
      policed,
      body,
      span,
    }));
  });
};

function optionsOf(p: Grammar, draft: Draft): { ALT: () => void }[] {
  return [
    {
      ALT: () => {
        once(p, draft.link === undefined, p.consume(0, T.Keyword.link));
        draft.link = p.word(1, LINKS, 'kind of link');
      },
    },
    {
      ALT: () => {
        once(p, draft.overhead === undefined, p.consume(0, T.Keyword.overhead));
        draft.overhead = p.subrule(0, p.integer);
      },
    },
    {
      ALT: () => {
        once(p, draft.queues === undefined, p.consume(0, T.Keyword.across));
        draft.queues = p.subrule(1, p.integer);
        p.word(2, ['queues'], 'unit of `across`');
      },
    },
    {
      ALT: () => {
        once(p, draft.policed === undefined, p.consume(0, T.Keyword.policed));
        draft.policed = true;
      },
    },
  ];
}
