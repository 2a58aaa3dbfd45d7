/** Plan → what XDP keeps. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Plan } from '../../../compiler/6-plan/plan.ts';
import type { Origin } from '../../../compiler/model/index.ts';
import { FIELDS, type FieldDefinition } from '../fields.ts';
import { PROBLEMS } from '../problems.ts';
import type { FieldTable, ListedRule, XdpProgram } from '../tree.ts';
import { lowerBalances } from './balance.ts';
import { refuseBuckets } from './bucket-memory.ts';
import { Counters } from './counters.ts';
import { fieldOfAtom, fieldTable, type ZoneNumbers } from './field-table.ts';
import { interfacesOf, onlyZone } from './interfaces.ts';
import { Limiters } from './limiters.ts';
import { listOf } from './list.ts';
import { TooManyRows, wordsFor } from './row-bits.ts';

/** Most bytes in the rows of one field. */
const MOST_BYTES = 2 ** 29;

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
  const { fields, diagnostics } = fieldTables(rules, numbers, blocks);
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

function fieldTables(
  rules: readonly ListedRule[],
  zones: ZoneNumbers,
  blocks: readonly Origin[],
): { readonly fields: readonly FieldTable[]; readonly diagnostics: readonly Diagnostic[] } {
  const tested = new Set(rules.flatMap(({ atoms }) => atoms.map(fieldOfAtom)));
  // Rules are found by the rows that a packet has: where no rule tests a field, by one of the family.
  if (rules.length > 0 && tested.size === 0) tested.add('family');
  const fields: FieldTable[] = [];
  const diagnostics: Diagnostic[] = [];
  const words = 2 * wordsFor(rules.length);
  for (const definition of FIELDS) {
    if (!tested.has(definition.field)) continue;
    try {
      const table = fieldTable(definition.field, rules, words, zones);
      if (table.rowBits.length * words * 4 > MOST_BYTES) throw new TooManyRows();
      fields.push(table);
    } catch (error) {
      if (!(error instanceof TooManyRows)) throw error;
      diagnostics.push(tooLarge(definition, rules.length, blocks));
    }
  }
  return { fields, diagnostics };
}

function tooLarge({ noun }: FieldDefinition, rules: number, [block]: readonly Origin[]): Diagnostic {
  const message = `the table of the ${noun} would be too large for ${rules} rules`;
  return diagnostic(PROBLEMS.tooLarge, block?.span, message, {
    hint: 'Join values that decide the same into one set, or take `xdp` out of the target.',
  });
}
