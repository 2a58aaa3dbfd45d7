/** Actions of a table of rules. Each is of one table only: of others p4c-dpdk makes copies, with names of its own. */
import type { FamilyTables } from '../../tree.ts';
import type { RuleActions } from '../architecture.ts';
import { filterActionsOf, isFilterTable } from '../filter-actions.ts';
import { ruleActionIds } from '../names.ts';

export function ruleActionsOf(tables: FamilyTables): RuleActions {
  if (isFilterTable(tables)) return filterActionsOf(tables);
  const { drop, up } = ruleActionIds(tables);
  return { drop: { id: drop, name: `drop_ipv${tables.family}` }, up: { id: up, name: `up_ipv${tables.family}` } };
}
