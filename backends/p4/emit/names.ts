/** Names and numbers of tables and actions, as the program, the commands and P4Runtime have them. */
import type { Family } from '../../../compiler/4-program/program.ts';
import type { FamilyTables, MembershipTable, NicProgram, RuleListName, RuleTable } from '../tree.ts';

/** What P4Runtime's numbers begin with, by kind. */
const ACTION = 0x0100_0000;
const TABLE = 0x0200_0000;
const COUNTER = 0x1200_0000;
const DIRECT_COUNTER = 0x1300_0000;

export const DROP_ID = ACTION + 1;
export const UP_ID = ACTION + 2;
export const COMES_IN_BY_ID = ACTION + 3;
export const GOES_OUT_BY_ID = ACTION + 4;
export const GOES_NOWHERE_ID = ACTION + 5;
export const ZONE_TABLE_ID = TABLE + 1;
export const OTHER_SIDE_TABLE_ID = TABLE + 2;

/** The control that all of them stand in. */
export const CONTROL = 'Mitigate';
export const ZONE_TABLE = 'zone_of';
/** Where the architecture has it that a table says where frames go out. */
export const OTHER_SIDE_TABLE = 'other_side';

/** Of each list, from what number on. */
const LISTS: Readonly<Record<RuleListName, number>> = { mitigate: 0, 'filter input': 128, 'filter forward': 256 };
const OF_LIST = 128;

/** 16 numbers for each family of a list, which stay as they are when other tables come and go. */
function baseOf({ list, family }: FamilyTables): number {
  return LISTS[list] + family * 16;
}

export function ruleTableId(tables: FamilyTables): number {
  return TABLE + baseOf(tables);
}

/** Of a counter of each entry. */
export function directCounterId(tables: FamilyTables): number {
  return DIRECT_COUNTER + baseOf(tables);
}

/** Of a counter of each rule. */
export function counterId(tables: FamilyTables): number {
  return COUNTER + baseOf(tables);
}

const DROP_OF_FAMILY = 14;

/** Of actions that one table has; tables of sets have lower numbers. */
export function ruleActionIds(tables: FamilyTables): { readonly drop: number; readonly up: number } {
  return { drop: ACTION + baseOf(tables) + DROP_OF_FAMILY, up: ACTION + baseOf(tables) + 15 };
}

export function membershipIds(
  tables: FamilyTables,
  table: MembershipTable,
): { readonly table: number; readonly action: number } {
  const number = baseOf(tables) + 1 + tables.memberships.indexOf(table);
  return { table: TABLE + number, action: ACTION + number };
}

/** Which table a number of P4Runtime's is. */
export type TableKind =
  | { readonly kind: 'zones' | 'ways'; readonly table: number; readonly family?: undefined }
  | { readonly kind: 'rules' | 'sets'; readonly table: number; readonly family: Family };

export function kindOfTable(table: number): TableKind {
  if (table === ZONE_TABLE_ID) return { kind: 'zones', table };
  if (table === OTHER_SIDE_TABLE_ID) return { kind: 'ways', table };
  const number = table - TABLE;
  return { kind: number % 16 === 0 ? 'rules' : 'sets', table, family: number % OF_LIST < 6 * 16 ? 4 : 6 };
}

/** Whether entries with the action drop packets, or let a filter forbid them. */
export function isDropAction(action: number): boolean {
  return action === DROP_ID || (action > ACTION + 16 && (action - ACTION) % 16 === DROP_OF_FAMILY);
}

/** Of packets that have met rules of the list. */
export function counterOf({ list, family, rules }: FamilyTables): string {
  return list === 'mitigate' ? `met_ipv${family}` : `met_${rules.name}`;
}

export function actionOf(table: MembershipTable): string {
  return `in_${table.name}`;
}

/** Tables in the order in which they may be filled: what others ask for goes before them. */
export function tablesOf(
  families: NicProgram['families'],
): readonly (
  | { readonly kind: 'memberships'; readonly of: FamilyTables; readonly table: MembershipTable }
  | { readonly kind: 'rules'; readonly of: FamilyTables; readonly table: RuleTable }
)[] {
  return families.flatMap((of) => [
    ...of.memberships.map((table) => ({ kind: 'memberships' as const, of, table })),
    { kind: 'rules' as const, of, table: of.rules },
  ]);
}
