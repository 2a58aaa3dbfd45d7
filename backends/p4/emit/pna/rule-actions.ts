/** Actions of a table of rules. Each is of one table only: of others p4c-dpdk makes copies, with names of its own. */
import { ruleActionIds } from '../names.ts';
import type { FamilyTables } from '../../tree.ts';
import type { Architecture } from '../architecture.ts';

export function ruleActionsOf(tables: FamilyTables): ReturnType<Architecture['actions']> {
  const { drop, up } = ruleActionIds(tables);
  return { drop: { id: drop, name: `drop_ipv${tables.family}` }, up: { id: up, name: `up_ipv${tables.family}` } };
}
