/** `over …` and `up to …`: a rate, or a number of connections. */
import type { Clause, KeyPart, Name, Value } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { boundsAlternatives, boundsOf, once, type BoundsDraft } from '../../values/limits/syntax.ts';

interface Draft extends BoundsDraft {
  per?: KeyPart[];
  burst?: Value;
  bucket?: Name;
}

export const rateClauseSyntax: Syntax = (p) => {
  p.RULE('rateClause', (): Clause => {
    const start = p.here();
    const sense = senseOf(p);
    const amount = p.subrule(0, p.scalar);
    const connections = p.option(0, () => p.consume(0, T.Keyword.connections));
    const draft: Draft = { approximate: false };
    p.many(0, () => p.or(1, options(p, draft)));
    const { per = [], burst, bucket, ...bounds } = draft;
    const span = p.spanFrom(start);
    if (connections === undefined) {
      const own = { ...(burst && { burst }), ...(bucket && { bucket }) };
      return { kind: 'rate', sense, rate: amount, per, ...own, bounds: boundsOf(bounds), span };
    }
    p.ACTION(() => {
      if (burst) p.report(PROBLEMS.unexpected, burst, 'a number of connections has no `burst`', 'leave `burst` out');
      const hint = 'leave `bucket` out';
      if (bucket) p.report(PROBLEMS.unexpected, bucket, 'a number of connections has no `bucket`', hint);
    });
    return { kind: 'connections', sense, count: amount, per, bounds: boundsOf(bounds), span };
  });
};

function senseOf(p: Grammar): 'over' | 'up to' {
  return p.or<'over' | 'up to'>(0, [
    { ALT: () => (p.consume(0, T.Keyword.over), 'over' as const) },
    { ALT: () => (p.consume(0, T.Keyword.up), p.consume(0, T.Keyword.to), 'up to' as const) },
  ]);
}

function options(p: Grammar, draft: Draft): { ALT: () => void }[] {
  return [
    {
      ALT: () => {
        const token = p.consume(0, T.Keyword.per);
        const per = p.subrule(0, p.keyParts);
        once(p, draft.per === undefined, token);
        draft.per = per;
      },
    },
    {
      ALT: () => {
        const token = p.consume(0, T.Keyword.burst);
        const burst = p.subrule(1, p.scalar);
        once(p, draft.burst === undefined, token);
        draft.burst = burst;
      },
    },
    {
      ALT: () => {
        const token = p.consume(0, T.Keyword.bucket);
        const bucket = p.subrule(0, p.name);
        once(p, draft.bucket === undefined, token);
        draft.bucket = bucket;
      },
    },
    ...boundsAlternatives(p, () => draft),
  ];
}
