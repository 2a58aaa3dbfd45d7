/** Plan → what XDP keeps. */
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Plan } from '../../../compiler/6-plan/plan.ts';
import type { ListedRule, XdpProgram } from '../tree.ts';
import { lowerBalances } from './balance.ts';
import { refuseBuckets } from './bucket-memory.ts';
import { Counters } from './counters.ts';
import { fieldTables } from './field-tables.ts';
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
  const mitigation = listOf(stages, { counters, limiters, zones: part.zones, zone: onlyZone(interfaces) });
  const balances = lowerBalances(part.balances, counters.names.length);
  const rules =
    balances.rules.length > 0 ? [...mitigation.map(goOnTo(mitigation.length)), ...balances.rules] : mitigation;
  const numbers = new Map(zones.map((name, index) => [name, index + 1]));
  const blocks = [...stages.map(({ stage }) => stage.origin), ...part.balances.map(({ origin }) => origin)];
  const { fields, diagnostics } = fieldTables(rules, { zones: numbers, blocks, plane: 'xdp' });
  const target = part.target?.name ?? 'host';
  return {
    program: {
      target,
      rules,
      fields,
      counters: [...counters.names, ...balances.counters],
      bucketTables: limiters.tables,
      balancing: balances.balancing,
      interfaces,
      zones,
    },
    diagnostics: [...diagnostics, ...refuseBuckets(limiters.tables)],
  };
}

/** What `mitigate` allows goes on to `balance`, whose rules begin with this number. */
function goOnTo(first: number): (rule: ListedRule) => ListedRule {
  return (rule) => (rule.action.kind === 'pass' ? { ...rule, action: { kind: 'skip', to: first } } : rule);
}
