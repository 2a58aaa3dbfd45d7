import type { ZoneClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const zoneClauseSyntax: Syntax = (p) => {
  const directions = [{ ALT: () => p.consume(0, T.Keyword.in) }, { ALT: () => p.consume(0, T.Keyword.out) }];
  p.RULE('zoneClause', (): ZoneClause => {
    const token = p.or(0, directions);
    const zones = p.subrule(0, p.names);
    const direction = token.tokenType === T.Keyword.in ? 'in' : 'out';
    return { kind: 'zone', direction, zones, span: p.spanFrom(token.startOffset) };
  });
};
