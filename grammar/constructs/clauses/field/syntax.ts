import type { FieldClause } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

const FIELDS = ['length', 'ttl', 'vlan', 'mac'] as const;

export const fieldClauseSyntax: Syntax = (p) => {
  const fields = FIELDS.map((field) => ({ ALT: () => (p.consume(0, T.Keyword[field]), field) }));
  p.RULE('fieldClause', (): FieldClause => {
    const start = p.here();
    const field = p.or<FieldClause['field']>(0, fields);
    const values = p.subrule(0, p.value);
    return { kind: 'field', field, values, span: p.spanFrom(start) };
  });
};
