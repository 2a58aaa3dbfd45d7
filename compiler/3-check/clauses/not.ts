/** `not CLAUSE`: the exact complement. */
import type { Clause, NotClause } from '../../../grammar/ast/index.ts';
import type { Gate } from '../../model/condition.ts';
import { condition, type ClauseContext, type ClauseResult } from '../context.ts';

export function checkNot(
  clause: NotClause,
  context: ClauseContext,
  checkClause: (clause: Clause, context: ClauseContext) => ClauseResult | undefined,
): ClauseResult | undefined {
  // `not until D` begins when D has passed, so nothing has expired.
  if (clause.clause.kind === 'until') return notUntil(clause, context, checkClause);
  const inner = checkClause(clause.clause, { ...context, whenFull: opposite(context.whenFull) });
  if (inner?.kind === 'gate') return { kind: 'gate', gate: negated(inner.gate) };
  if (inner?.kind !== 'condition') return inner;
  context.negations.push({ of: inner.condition, span: clause.span });
  return condition({ kind: 'not', of: inner.condition });
}

function notUntil(
  clause: NotClause,
  context: ClauseContext,
  checkClause: (clause: Clause, context: ClauseContext) => ClauseResult | undefined,
): ClauseResult | undefined {
  const longAgo = { year: 1970, month: 1, day: 1 };
  const timeless = { ...context, session: { ...context.session, today: longAgo } };
  const inner = checkClause(clause.clause, timeless);
  return inner?.kind === 'condition' ? condition({ kind: 'not', of: inner.condition }) : undefined;
}

function opposite(whenFull: 'match' | 'miss'): 'match' | 'miss' {
  return whenFull === 'match' ? 'miss' : 'match';
}

/** A limit is asked and charged alike under `not`; only the answer turns round. */
function negated(gate: Gate): Gate {
  if (gate.kind === 'sample') return { ...gate, one: gate.of - gate.one };
  const sense = gate.sense === 'over' ? 'up to' : 'over';
  return { ...gate, sense, bounds: { ...gate.bounds, whenFull: opposite(gate.bounds.whenFull) } };
}
