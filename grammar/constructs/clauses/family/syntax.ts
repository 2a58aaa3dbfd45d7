import type { FamilyClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const familyClauseSyntax: Syntax = (p) => {
  p.RULE('familyClause', (): FamilyClause => {
    const start = p.here();
    const family = p.or<4 | 6>(0, [
      { ALT: () => (p.consume(0, T.Keyword.ipv4), 4 as const) },
      { ALT: () => (p.consume(0, T.Keyword.ipv6), 6 as const) },
    ]);
    return { kind: 'family', family, span: p.spanFrom(start) };
  });
};
