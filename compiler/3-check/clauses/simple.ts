/** Clauses without values of the policy: fragments, families, flow states, a plane's own words. */
import type { FamilyClause, FragmentClause, OpaqueClause, StateClause } from '../../../grammar/ast/index.ts';
import { FLOW_STATES } from '../../model/fields.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { condition, type ClauseContext, type ClauseResult } from '../context.ts';
import { readPlane } from '../planes.ts';
import { isClauseLegal } from './legal.ts';

const FRAGMENTS: Readonly<Record<FragmentClause['which'], readonly [number, number]>> = {
  any: [1, 2],
  first: [1, 1],
  later: [2, 2],
};

export function checkFragment(clause: FragmentClause, context: ClauseContext): ClauseResult | undefined {
  if (!isClauseLegal('fragment', clause.span, context)) return undefined;
  const [low, high] = FRAGMENTS[clause.which];
  return condition({ kind: 'number', field: 'fragment', in: IntervalSet.range(2, low, high) });
}

export function checkFamily(clause: FamilyClause, context: ClauseContext): ClauseResult | undefined {
  if (!isClauseLegal('ipv4, ipv6', clause.span, context)) return undefined;
  return condition({ kind: 'number', field: 'family', in: IntervalSet.of(8, clause.family) });
}

export function checkState(clause: StateClause, context: ClauseContext): ClauseResult | undefined {
  if (!isClauseLegal('state', clause.span, context)) return undefined;
  const states = clause.states.map((state) => FLOW_STATES.indexOf(state));
  const set = IntervalSet.fromIntervals(
    3,
    states.map((state) => [state, state] as const),
  );
  return condition({ kind: 'number', field: 'state', in: set });
}

export function checkOpaque(clause: OpaqueClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isClauseLegal('opaque', clause.span, context);
  const plane = readPlane(clause.plane, context);
  if (!legal || !plane) return undefined;
  return condition({ kind: 'opaque', plane, text: clause.text, span: clause.span });
}
