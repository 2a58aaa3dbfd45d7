/** Plan → what a NIC keeps. */
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Plan } from '../../../compiler/6-plan/plan.ts';
import type { Family } from '../../../compiler/4-program/program.ts';
import type { RulesAhead } from '../../../compiler/plane.ts';
import { rulesAhead } from '../ahead.ts';
import { nicFor, type NicDescription } from '../targets/index.ts';
import type { FamilyTables, NicProgram } from '../tree.ts';
import { fitting } from './budget.ts';
import type { RuleListOf } from './encode-rules.ts';
import { endingsOf } from './endings.ts';
import { lowerFilters } from './filters.ts';
import { listsOf } from './list.ts';
import { fittingZones } from './fitting-zones.ts';
import { portsOf, requestsOf } from './ports.ts';
import { roomFor, without, type Left } from './room.ts';

/** The program of a plan, and what of it did not fit. */
export function lowerPlan(plan: Plan): {
  readonly nicProgram: NicProgram;
  readonly ahead: readonly RulesAhead[];
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
  const ports = portsOf(program);
  const zones = fittingZones(program, nic);
  const left = roomFor(nic, [2 * ports.length, zones.entries.length]);
  const ipv4 = tablesOf(4, { list: 'mitigate', family: 4, rules: lists.ipv4 }, filters.lists, nic, left);
  const ipv6 = tablesOf(6, { list: 'mitigate', family: 6, rules: lists.ipv6 }, filters.lists, nic, left);
  const families = [...ipv4.filters, ...ipv6.filters, ...ipv4.mitigate, ...ipv6.mitigate];
  const ending = new Set([...endings[4].split, ...endings[6].split]);
  return {
    ahead: rulesAhead(families, program.zones, (rule) => !ending.has(rule)),
    nicProgram: {
      target: program.target?.name ?? 'host',
      nic,
      ports,
      zones: program.zones.map(({ name }) => name),
      zoneEntries: zones.entries,
      families,
      split: [...lists.split, ...filters.split, ...endings[4].split, ...endings[6].split],
    },
    diagnostics: [...zones.diagnostics, ...ipv4.diagnostics, ...ipv6.diagnostics],
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
  left: Left,
): TablesOfFamily {
  const { tables, diagnostics } = fitting(mitigate, nic, left);
  if (!tables) return { filters: [], mitigate: [], diagnostics };
  const asked = new Set<string>(tables.rules.keys.map(({ field }) => field));
  let behind = without(left, tables);
  const fitted = filters
    .filter((list) => list.family === family && asked.has(list.list))
    .map((list) => {
      const found = fitting(list, nic, behind);
      behind = without(behind, found.tables);
      return found;
    });
  return {
    filters: fitted.flatMap((found) => (found.tables ? [found.tables] : [])),
    mitigate: [tables],
    diagnostics: [...diagnostics, ...fitted.flatMap((found) => found.diagnostics)],
  };
}
