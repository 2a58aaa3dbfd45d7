/** Actions of a table of rules. Tables of `mitigate` share theirs. */
import type { FamilyTables } from '../../tree.ts';
import type { RuleActions } from '../architecture.ts';
import { filterActionsOf, isFilterTable } from '../filter-actions.ts';
import { DROP_ID, UP_ID } from '../names.ts';

export function ruleActionsOf(tables: FamilyTables): RuleActions {
  return isFilterTable(tables)
    ? filterActionsOf(tables)
    : { drop: { id: DROP_ID, name: 'drop' }, up: { id: UP_ID, name: 'up' } };
}
