/** Plan → what XDP keeps. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Plan } from '../../../compiler/6-plan/plan.ts';
import type { Origin } from '../../../compiler/model/index.ts';
import { FIELDS, type FieldDefinition } from '../fields.ts';
import { PROBLEMS } from '../problems.ts';
import type { FieldTable, ListedRule, Mitigation } from '../tree.ts';
import { refuseBuckets } from './bucket-memory.ts';
import { Counters } from './counters.ts';
import { fieldOfAtom, fieldTable, type ZoneNumbers } from './field-table.ts';
import { interfacesOf, onlyZone } from './interfaces.ts';
import { Limiters } from './limiters.ts';
import { listOf } from './list.ts';
import { TooManyRows, wordsFor } from './row-bits.ts';

/** Most bytes in the rows of one field. */
const MOST_BYTES = 2 ** 29;

/** The mitigation of a plan, and what of it is too large. */
export function lowerPlan(plan: Plan): {
  readonly mitigation: Mitigation;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { program } = plan;
  const stages = plan.stages.filter(({ stage }) => stage.id === 'mitigate');
  const interfaces = interfacesOf(program);
  const counters = new Counters();
  const limiters = new Limiters();
  const zones = program.zones.map(({ name }) => name);
  const rules = listOf(stages, { counters, limiters, zones: program.zones, zone: onlyZone(interfaces) });
  const numbers = new Map(zones.map((name, index) => [name, index + 1]));
  const blocks = stages.map(({ stage }) => stage.origin);
  const { fields, diagnostics } = fieldTables(rules, numbers, blocks);
  const target = program.target?.name ?? 'host';
  return {
    mitigation: { target, rules, fields, counters: counters.names, bucketTables: limiters.tables, interfaces, zones },
    diagnostics: [...diagnostics, ...refuseBuckets(limiters.tables)],
  };
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
