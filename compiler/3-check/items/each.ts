/** `each u in users where u.plan == trial { … }` */
import type { Each as EachSyntax } from '../../../grammar/ast/index.ts';
import type { RowVariable } from '../../model/condition.ts';
import type { Each } from '../../model/policy.ts';
import { bindRow } from '../bind-row.ts';
import type { RuleContext } from '../context.ts';
import { headLine, originOf, surroundingsOf } from '../origin.ts';

export function checkEach(each: EachSyntax, name: string, context: RuleContext): Each | undefined {
  const bound = bindRow(each, context);
  if (!bound) return undefined;
  const inner: RuleContext = {
    ...context,
    scope: bound.scope,
    rows: [...context.rows, bound.row],
    surroundings: surroundingsOf(each, name, context.surroundings),
  };
  const body = context.session.checkItems(each.body, inner);
  const origin = originOf(each, name, headLine(each.span, each.body), context);
  return { kind: 'each', origin, row: bound.row satisfies RowVariable, rows: bound.rows, body };
}
