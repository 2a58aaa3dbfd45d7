/** Plan → what sk_lookup keeps. */
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Plan } from '../../../compiler/6-plan/plan.ts';
import { refuseBuckets } from '../lower/bucket-memory.ts';
import { Counters } from '../lower/counters.ts';
import { fieldTables } from '../lower/field-tables.ts';
import { Limiters } from '../lower/limiters.ts';
import { listOf } from '../lower/list.ts';
import type { Dispatch, SocketRule } from './tree.ts';

/** The dispatch of a plan, and what of it is too large. */
export function lowerDispatch(plan: Plan): {
  readonly dispatch: Dispatch;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { program } = plan;
  const stages = plan.stages.filter(({ stage }) => stage.id === 'dispatch');
  const limiters = new Limiters();
  const none = { counters: new Counters(), limiters, zones: [], zone: 'untold' as const };
  // In a group there can only be rules that leave it, and it ends there anyway.
  const rules = listOf(stages, none).flatMap(({ origin, atoms, action }): SocketRule[] =>
    action.kind === 'socket' ? [{ origin, atoms, action }] : [],
  );
  const blocks = stages.map(({ stage }) => stage.origin);
  const { fields, diagnostics } = fieldTables(rules, { zones: new Map(), blocks, plane: 'sk_lookup' });
  return {
    dispatch: {
      target: program.target?.name ?? 'host',
      rules,
      fields,
      sockets: [...new Set(rules.map(({ action }) => action.socket))],
      counters: [...new Set(rules.map(({ origin }) => origin.name))],
      bucketTables: limiters.tables,
    },
    diagnostics: [...diagnostics, ...refuseBuckets(limiters.tables)],
  };
}
