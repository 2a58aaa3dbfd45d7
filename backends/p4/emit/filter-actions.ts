/** Actions of the tables of filters, which are alike in all architectures: a filter forbids a packet, or does not. */
import type { FamilyTables } from '../tree.ts';
import type { RuleActions } from './architecture.ts';
import { ruleActionIds } from './names.ts';

export function isFilterTable({ list }: FamilyTables): boolean {
  return list !== 'mitigate';
}

/** Each is of one table only: of others p4c-dpdk makes copies, with names of its own. */
export function filterActionsOf(tables: FamilyTables): RuleActions {
  const { drop, up } = ruleActionIds(tables);
  const { name } = tables.rules;
  return { drop: { id: drop, name: `forbid_by_${name}` }, up: { id: up, name: `allow_by_${name}` } };
}
