/** The variable of an `each`, bound to its table, and the rows that its `where` picks. */
import type { Each } from '../../grammar/ast/index.ts';
import { lookUpKind } from '../2-resolve/names.ts';
import { bindOrReport } from '../2-resolve/bind.ts';
import { Scope } from '../2-resolve/scope.ts';
import type { RowVariable } from '../model/condition.ts';
import type { RuleContext } from './context.ts';
import { selectRows } from './rows/select.ts';

export interface BoundRow {
  readonly scope: Scope;
  readonly row: RowVariable;
  /** Numbers of the selected rows, ascending; undefined: all. */
  readonly rows: Uint32Array | undefined;
}

export function bindRow(each: Each, context: RuleContext): BoundRow | undefined {
  const table = lookUpKind(each.table, 'table', context)?.table;
  const scope = new Scope(context.scope);
  const name = each.variable.text;
  if (!table) return undefined;
  const row: RowVariable = { name, table };
  const binding = { name, span: each.variable.span, meaning: { kind: 'row', row } } as const;
  if (!bindOrReport(scope, binding, context)) return undefined;
  if (!each.where) return { scope, row, rows: undefined };
  const rows = selectRows(each.where, row, { ...context, scope });
  return rows && { scope, row, rows };
}
