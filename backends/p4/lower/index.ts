/** Plan → what a NIC keeps. */
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Plan } from '../../../compiler/6-plan/plan.ts';
import type { Family } from '../../../compiler/4-program/program.ts';
import { nicFor, type NicDescription } from '../targets/index.ts';
import type { FamilyTables, NicProgram } from '../tree.ts';
import { fitting } from './budget.ts';
import type { RuleListOf } from './encode-rules.ts';
import { endingsOf } from './endings.ts';
import { lowerFilters } from './filters.ts';
import { listsOf } from './list.ts';
import { portsOf, requestsOf, zoneEntriesOf } from './ports.ts';

/** The program of a plan, and what of it did not fit. */
export function lowerPlan(plan: Plan): {
  readonly nicProgram: NicProgram;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { program, stages } = plan;
  const nic = nicFor(requestsOf(program)[0]?.variant ?? '');
  if (!nic) throw new Error('P4 has been given an architecture that it refuses');
  const filters = lowerFilters(plan);
  const host = { zones: program.zones, defaultRoute: program.target?.defaultRoute ?? false };
  const endings = { 4: endingsOf(4, filters.forbidding(4), host), 6: endingsOf(6, filters.forbidding(6), host) };
  const mitigation = stages.filter(({ stage }) => stage.id === 'mitigate');
  const lists = listsOf(mitigation, program.zones, { 4: endings[4].rules, 6: endings[6].rules });
  const ipv4 = tablesOf(4, { list: 'mitigate', family: 4, rules: lists.ipv4 }, filters.lists, nic);
  const ipv6 = tablesOf(6, { list: 'mitigate', family: 6, rules: lists.ipv6 }, filters.lists, nic);
  return {
    nicProgram: {
      target: program.target?.name ?? 'host',
      nic,
      ports: portsOf(program),
      zones: program.zones.map(({ name }) => name),
      zoneEntries: zoneEntriesOf(program),
      families: [...ipv4.filters, ...ipv6.filters, ...ipv4.mitigate, ...ipv6.mitigate],
      split: [...lists.split, ...filters.split, ...endings[4].split, ...endings[6].split],
    },
    diagnostics: [...ipv4.diagnostics, ...ipv6.diagnostics],
  };
}

interface TablesOfFamily {
  readonly filters: readonly FamilyTables[];
  readonly mitigate: readonly FamilyTables[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Filters have the room that `mitigate` leaves, and are asked where its rules ask for what they have found. */
function tablesOf(
  family: Family,
  mitigate: RuleListOf,
  filters: readonly RuleListOf[],
  nic: NicDescription,
): TablesOfFamily {
  // Half of the bits for each family.
  const { tables, diagnostics } = fitting(mitigate, nic, nic.limits.tcamBits / 2);
  if (!tables) return { filters: [], mitigate: [], diagnostics };
  const asked = new Set<string>(tables.rules.keys.map(({ field }) => field));
  let room = nic.limits.tcamBits / 2 - bitsOf(tables);
  const fitted = filters
    .filter((list) => list.family === family && asked.has(list.list))
    .map((list) => {
      const found = fitting(list, nic, room);
      if (found.tables) room -= bitsOf(found.tables);
      return found;
    });
  return {
    filters: fitted.flatMap((found) => (found.tables ? [found.tables] : [])),
    mitigate: [tables],
    diagnostics: [...diagnostics, ...fitted.flatMap((found) => found.diagnostics)],
  };
}

function bitsOf({ rules }: FamilyTables): number {
  return rules.encodings[0]!.bits;
}
