import type { Clause, Name, ShapeClass, Value } from '../../../ast/index.ts';
import { opening, type Grammar, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { once } from '../../values/limits/syntax.ts';

interface Draft {
  guarantee?: Value;
  ceiling?: Value;
  priority?: Value;
  burst?: Value;
  latency?: Value;
  leaf?: Name;
  ecn?: Name;
}

const RATES = ['guarantee', 'ceiling', 'priority', 'burst', 'latency'] as const;

export const classSyntax: Syntax = (p) => {
  p.RULE('shapeClass', (): ShapeClass | Opening => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.class);
    const name = p.subrule(0, p.counter);
    const draft: Draft = {};
    let clauses: readonly Clause[] = [];
    readOptions(p, 0, draft);
    p.option(0, () => {
      p.consume(0, T.Keyword.for);
      clauses = p.subrule(0, p.clauses);
      readOptions(p, 1, draft);
    });
    const opened = p.option(1, () => p.consume(0, T.LeftBrace));
    const head = { kind: 'class', annotations, name, clauses, ...draft } as const;
    if (opened === undefined) return { ...head, nested: [], span: p.spanFrom(startOffset) };
    return opening('rules', (nested, span) => ({ ...head, nested, span }));
  });
};

/** What a class is given, before or behind its clauses. */
function readOptions(p: Grammar, index: number, draft: Draft): void {
  p.many(index, () => {
    p.or(index, [
      ...RATES.map((option, place) => ({
        ALT: () => {
          const token = p.consume(index, T.Keyword[option]);
          const value = p.subrule(index * RATES.length + place, p.scalar);
          once(p, draft[option] === undefined, token);
          draft[option] = value;
        },
      })),
      {
        ALT: () => {
          const token = p.consume(index, T.Keyword.first);
          once(p, draft.priority === undefined, token);
          draft.priority = { kind: 'integer', value: 0n, span: p.spanFrom(token.startOffset) };
        },
      },
      ...(['ecn', 'noecn'] as const).map((word) => ({
        ALT: () => {
          const token = p.consume(index, T.Keyword[word]);
          once(p, draft.ecn === undefined, token);
          draft.ecn = { kind: 'name', text: word, quoted: false, span: p.spanFrom(token.startOffset) };
        },
      })),
      {
        ALT: () => {
          const token = p.consume(index, T.Keyword.leaf);
          const leaf = p.subrule(index + 1, p.name);
          once(p, draft.leaf === undefined, token);
          draft.leaf = leaf;
        },
      },
    ]);
  });
}
