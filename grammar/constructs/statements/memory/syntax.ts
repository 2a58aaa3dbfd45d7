import type { ColumnDeclaration, DurationLiteral, IntegerLiteral, Memory } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { boundsAlternatives, boundsOf, once, type BoundsDraft } from '../../values/limits/syntax.ts';

export const memorySyntax: Syntax = (p) => {
  p.RULE('memory', (): Memory => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.memory);
    const name = p.subrule(0, p.name);
    const columns = p.subrule(0, p.memoryColumns);
    const draft: BoundsDraft & { timeout?: DurationLiteral; hits?: IntegerLiteral } = { approximate: false };
    p.many(0, () => {
      p.or(0, [
        {
          ALT: () => {
            once(p, draft.timeout === undefined, p.consume(0, T.Keyword.timeout));
            draft.timeout = p.consume(0, T.DurationToken).payload as DurationLiteral;
          },
        },
        {
          ALT: () => {
            const token = p.consume(0, T.Keyword.hits);
            const hits = p.subrule(0, p.integer);
            once(p, draft.hits === undefined, token);
            draft.hits = hits;
          },
        },
        ...boundsAlternatives(p, () => draft),
      ]);
    });
    const { timeout, hits, ...bounds } = draft;
    return {
      kind: 'memory',
      annotations,
      name,
      columns,
      ...(timeout && { timeout }),
      ...(hits && { hits }),
      bounds: boundsOf(bounds),
      span: p.spanFrom(startOffset),
    };
  });

  p.RULE('memoryColumns', (): ColumnDeclaration[] => {
    const { columns, keys } = p.subrule(0, p.columns);
    p.ACTION(() => {
      const [key] = keys;
      if (key) p.report(PROBLEMS.unexpected, key, 'a memory has no `key`', 'all its columns together are the key');
    });
    return columns;
  });
};
