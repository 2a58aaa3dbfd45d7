/** Which parts of a packet choose the row of an `each`: the key of the lookup that replaces a rule for each row. */
import { columnOf, type Table } from '../model/table.ts';
import type { Cell, RowVariable } from '../model/condition.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { Atom, AtomTest, ProgramRule } from '../4-program/program.ts';
import type { KeyPart } from './plan.ts';

export interface KeyedRule {
  readonly rule: ProgramRule;
  readonly key: readonly KeyPart[];
  /** The rule's other atoms. */
  readonly rest: readonly Atom[];
  /** Equal for rules that find their row by the same key. */
  readonly signature: string;
}

const isCellOf = (value: unknown, row: RowVariable): value is Cell =>
  typeof value === 'object' && value !== null && 'row' in value && value.row === row;

/** Splits a rule's atoms into the key that finds a row and the rest; undefined where no key can find it. */
export function keyedRule(rule: ProgramRule, row: RowVariable): KeyedRule | undefined {
  const key: KeyPart[] = [];
  const rest: Atom[] = [];
  for (const atom of rule.atoms) {
    const part = atom.negated ? [] : cellKey(atom.test, row);
    key.push(...part);
    if (part.length === 0) rest.push(atom);
    else rest.push(...constantPart(atom.test));
  }
  if (key.length === 0) return undefined;
  key.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const fields = key.map((part) => `${part.field}/${part.view}`);
  if (new Set(fields).size < fields.length) return undefined;
  return { rule, key, rest, signature: `${rule.family ?? '*'}:${key.map(order).join(' ')}` };
}

/** Fields in the order a packet is read, so that equal keys look equal. */
function order(part: KeyPart): string {
  const rank = ['vlan', 'source mac', 'source', 'destination', 'protocol', 'source port', 'destination port'].indexOf(
    part.field,
  );
  return `${rank < 0 ? 9 : rank} ${part.field}/${part.view}=${part.column}`;
}

/** The fields that a test compares with cells of the row; none: it speaks of no row. */
export function cellKey(test: AtomTest, row: RowVariable): KeyPart[] {
  switch (test.kind) {
    case 'address':
      return isCellOf(test.in, row) ? [{ field: test.field, view: test.view, column: test.in.column }] : [];
    case 'number':
      return isCellOf(test.in, row) ? [{ field: test.field, view: 'real', column: test.in.column }] : [];
    case 'service cell': {
      const { protocol, port } = test;
      const key: KeyPart[] = [];
      if (isCellOf(protocol, row)) key.push({ field: 'protocol', view: 'real', column: protocol.column });
      if (isCellOf(port, row)) key.push({ field: 'destination port', view: 'real', column: port.column });
      return key;
    }
    default:
      return [];
  }
}

/** What a test asks besides the cells that it compares with. */
export function constantPart(test: AtomTest): Atom[] {
  if (test.kind !== 'service cell') return [];
  const { protocol, port } = test;
  const atoms: Atom[] = [];
  if (typeof protocol === 'number') {
    atoms.push({ negated: false, test: { kind: 'number', field: 'protocol', in: IntervalSet.of(8, protocol) } });
  }
  if (port instanceof IntervalSet) {
    atoms.push({ negated: false, test: { kind: 'number', field: 'destination port', in: port } });
  }
  return atoms;
}

/** Whether the rule compares with cells of the row besides those that find it. */
export function readsRow({ rest }: KeyedRule, row: RowVariable): boolean {
  return rest.some((atom) => cellKey(atom.test, row).length > 0);
}

/** Whether the table promises (and the loader has checked) that at most one row matches such a key. */
export function isUniqueKey(table: Table, key: readonly KeyPart[]): boolean {
  const columns = new Set(key.map((part) => part.column));
  return table.keys.some((declared) => declared.every((name) => columns.has(name)));
}

/** Whether every column of the key holds single values, so that equal keys are equal cells. */
export function isExactKey(table: Table, key: readonly KeyPart[]): boolean {
  return key.every(({ column }) => {
    const type = columnOf(table, column)?.type;
    return type !== undefined && type.kind !== 'prefix' && type.kind !== 'ports';
  });
}
