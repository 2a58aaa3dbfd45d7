/** Stateless filters as lists of rules, each ended by its default; a rule before them finds out which one a packet would meet. */
import type { StagePlan } from '../../../compiler/6-plan/plan.ts';
import type { Verdict } from '../../../compiler/model/index.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { isFilter, type FilterId } from '../refused-filter.ts';
import type { Filters, ListedRule } from '../tree.ts';
import type { TableAtom } from './conditions.ts';
import { listOf, type Surroundings } from './list.ts';

export interface LoweredFilters {
  readonly filters: Filters;
  readonly rules: readonly ListedRule[];
}

/** `first`: the number that the first of these rules will have. */
export function lowerFilters(stages: readonly StagePlan[], surroundings: Surroundings, first: number): LoweredFilters {
  const own = stages.filter(({ stage }) => isFilter(stage));
  const rules: ListedRule[] = own
    .slice(0, 1)
    .map(({ stage: { origin } }) => ({ origin, atoms: [], conditions: [], counts: [], action: { kind: 'filter' } }));
  const begins = new Map<FilterId, number>();
  for (const plan of own) {
    const { stage } = plan;
    if (!isFilter(stage)) continue;
    const at = first + rules.length;
    begins.set(stage.id, at);
    const list = [...listOf([plan], { ...surroundings, everywhere: true }), ...endOf(stage.default, plan)];
    const seen = stage.id === 'filter forward' ? list.map(asBeforeRouting) : list;
    rules.push(...seen.map(({ action, ...rule }) => ({ ...rule, action: moved(action, at) })));
  }
  return { filters: { input: begins.get('filter input'), forward: begins.get('filter forward') }, rules };
}

/** What a packet meets that no rule decided about. */
function endOf(verdict: Verdict | undefined, { stage: { origin } }: StagePlan): ListedRule[] {
  return [
    { origin, atoms: [], conditions: [], counts: [], action: { kind: verdict?.kind === 'drop' ? 'drop' : 'pass' } },
  ];
}

function moved(action: ListedRule['action'], by: number): ListedRule['action'] {
  return action.kind === 'skip' ? { kind: 'skip', to: action.to + by } : action;
}

/** Where a packet is forwarded, its TTL is one less by the time that the filter is asked. */
function asBeforeRouting(rule: ListedRule): ListedRule {
  return { ...rule, atoms: rule.atoms.map(withTtlBefore) };
}

function withTtlBefore(atom: TableAtom): TableAtom {
  const { test, negated } = atom;
  if (test.kind !== 'number' || test.field !== 'ttl') return atom;
  const before = [...test.in.numberIntervals()]
    .filter(([low]) => low < 255)
    .map(([low, high]) => [low + 1, Math.min(high + 1, 255)] as const);
  return { negated, test: { ...test, in: IntervalSet.fromIntervals(8, before) } };
}
