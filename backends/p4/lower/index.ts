/** Plan → what a NIC keeps. */
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Plan } from '../../../compiler/6-plan/plan.ts';
import type { Family } from '../../../compiler/4-program/program.ts';
import { nicFor } from '../targets/index.ts';
import type { FamilyTables, NicProgram } from '../tree.ts';
import { fitting } from './budget.ts';
import { listsOf, type ListedRule } from './list.ts';
import { portsOf, requestsOf, zoneEntriesOf } from './ports.ts';

/** The program of a plan, and what of it did not fit. */
export function lowerPlan({ program, stages }: Plan): {
  readonly nicProgram: NicProgram;
  readonly diagnostics: readonly Diagnostic[];
} {
  const nic = nicFor(requestsOf(program)[0]?.variant ?? '');
  if (!nic) throw new Error('P4 has been given an architecture that it refuses');
  const lists = listsOf(
    stages.filter(({ stage }) => stage.id === 'mitigate'),
    program.zones,
  );
  const diagnostics: Diagnostic[] = [];
  const tablesOf = (rules: readonly ListedRule[], family: Family): readonly FamilyTables[] => {
    const { tables, diagnostics: found } = fitting(rules, family, nic);
    diagnostics.push(...found);
    return tables ? [tables] : [];
  };
  return {
    nicProgram: {
      target: program.target?.name ?? 'host',
      nic,
      ports: portsOf(program),
      zones: program.zones.map(({ name }) => name),
      zoneEntries: zoneEntriesOf(program),
      families: [...tablesOf(lists.ipv4, 4), ...tablesOf(lists.ipv6, 6)],
      split: lists.split,
    },
    diagnostics,
  };
}
