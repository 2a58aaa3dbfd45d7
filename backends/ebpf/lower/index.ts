/** Plan → what XDP keeps. */
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Plan } from '../../../compiler/6-plan/plan.ts';
import type { ListedRule, XdpProgram } from '../tree.ts';
import { lowerBalances } from './balance.ts';
import { refuseBuckets } from './bucket-memory.ts';
import { Counters } from './counters.ts';
import { fieldTables } from './field-tables.ts';
import { lowerFilters } from './filters.ts';
import { interfacesOf, onlyZone } from './interfaces.ts';
import { Limiters } from './limiters.ts';
import { listOf } from './list.ts';

/** The program of a plan, and what of it is too large. */
export function lowerPlan(plan: Plan): {
  readonly program: XdpProgram;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { program: part } = plan;
  const stages = plan.stages.filter(({ stage }) => stage.id === 'mitigate');
  const interfaces = interfacesOf(part);
  const counters = new Counters();
  const limiters = new Limiters();
  const zones = part.zones.map(({ name }) => name);
  const surroundings = { counters, limiters, zones: part.zones, zone: onlyZone(interfaces) };
  const mitigation = listOf(stages, surroundings);
  const balances = lowerBalances(part.balances, counters.names.length);
  const behind = mitigation.length + balances.rules.length;
  const { filters, rules: filtering } = lowerFilters(plan.stages, surroundings, behind);
  const ends = balances.rules.length + filtering.length === 0;
  const rules = [...(ends ? mitigation : mitigation.map(goOnTo(mitigation.length))), ...balances.rules, ...filtering];
  const numbers = new Map(zones.map((name, index) => [name, index + 1]));
  const blocks = [...part.stages, ...part.balances].map(({ origin }) => origin);
  const { fields, diagnostics } = fieldTables(rules, { zones: numbers, blocks, plane: 'xdp' });
  const target = part.target?.name ?? 'host';
  return {
    program: {
      target,
      rules,
      fields,
      counters: [...counters.names, ...balances.counters],
      bucketTables: limiters.tables,
      memories: limiters.memories,
      balancing: balances.balancing,
      filters,
      interfaces,
      zones,
    },
    diagnostics: [...diagnostics, ...refuseBuckets(limiters.tables)],
  };
}

/** What `mitigate` allows goes on to `balance` and filters, whose rules begin with this number. */
function goOnTo(first: number): (rule: ListedRule) => ListedRule {
  return (rule) => (rule.action.kind === 'pass' ? { ...rule, action: { kind: 'skip', to: first } } : rule);
}
