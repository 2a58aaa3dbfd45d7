/** A class with the table that its columns are in. */
import type { DumpChain } from '../dump/dump.ts';
import type { ImportedRule } from '../rules.ts';
import { rowName, ruleOverRows } from './class-rule.ts';
import type { ClassRows } from './class-rows.ts';
import type { AddressSpace } from './address-space.ts';
import type { RuleClass } from './list-classes.ts';
import type { ColumnData, StoredTable, TableStore } from './table-store.ts';

/** A set of fewer addresses stands in the policy itself. */
const FEWEST_IN_FILE = 200;

export interface PlacedClass {
  readonly of: RuleClass;
  readonly space: AddressSpace;
  /** Undefined: a short set, which needs none. */
  readonly table: StoredTable | undefined;
  /** What the class's columns are called in the table. */
  readonly names: ReadonlyMap<ColumnData, string>;
}

/** `chain`: where the class's rule will stand. */
export function placeClass(of: RuleClass, chain: DumpChain, store: TableStore, space: AddressSpace): PlacedClass {
  const { keys, data, dataPort, comment } = of.rows;
  if (isShortSet(of.rows)) return { of, space, table: undefined, names: new Map() };
  const table = store.tableFor(keys, wantedName(of, chain));
  const names = new Map(keys.map((key, at) => [key, table.keys[at]!.name]));
  for (const value of [data, dataPort, comment]) {
    if ('column' in value) names.set(value.column, table.columnFor(value.column));
  }
  return { of, space, table, names };
}

/** To be called once the table has its name. */
export function ruleOfPlaced({ of, space, table, names }: PlacedClass): ImportedRule {
  const { sample, common, rows } = of;
  if (!table) return ruleOverRows(sample, common, rows, (column) => itemsOf(column, space), undefined);
  const isSet = readsOneColumn(rows);
  const row = isSet ? table.name : rowName(table);
  const cell = (column: ColumnData) => [isSet && table.isList ? table.name : `${row}.${names.get(column)}`];
  return ruleOverRows(sample, common, rows, cell, isSet ? undefined : { table: table.name, row });
}

/** One address tells the rules apart, and they all do the same: a column as a set says that, and no row is needed. */
function readsOneColumn({ keys, data, dataPort }: ClassRows): boolean {
  return keys.length === 1 && !('column' in data) && !('column' in dataPort);
}

function isShortSet(rows: ClassRows): boolean {
  return readsOneColumn(rows) && !('column' in rows.comment) && rows.keys[0]!.values.length < FEWEST_IN_FILE;
}

function itemsOf({ type, values, lengths, text }: ColumnData, { family, item }: AddressSpace): string[] {
  if (type === 'mac') return [...values].map((value) => text!(value, 0));
  return [...values].map((value, row) => item(value, lengths?.[row] ?? (family === 4 ? 32 : 128)));
}

/** As a person would call the table; what a chain of the user's lets back is called by the chain. */
function wantedName({ rows, common }: RuleClass, { name, policy }: DumpChain): string {
  const what = nameOfRows(rows, common);
  return common.outcome.kind === 'return' && policy === undefined ? `${name} ${what}` : what;
}

function nameOfRows(rows: ClassRows, common: ImportedRule): string {
  const { keys } = rows;
  const { outcome } = common;
  const hasPort = keys.some(({ type }) => type === 'port');
  if (outcome.kind === 'translate' && outcome.action === 'dnat') return hasPort ? 'forwards' : 'inner_addresses';
  if (hasPort) return outcome.kind === 'accept' ? 'open_ports' : outcome.kind === 'none' ? 'ports' : 'closed_ports';
  if (keys.some(({ type }) => type === 'mac')) return 'stations';
  if (keys.length > 1) return 'pairs';
  return keys[0]!.type.startsWith('prefix') ? 'networks' : 'hosts';
}
