/** Which parts of a packet choose the row of an `each`: the key of the lookup that replaces a rule for each row. */
import { columnOf, type Table } from '../model/table.ts';
import type { Cell, RowVariable } from '../model/condition.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { Atom, ProgramRule } from '../4-program/program.ts';
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
    const split = splitAtom(atom, row);
    if (!split) return undefined;
    key.push(...split.key);
    rest.push(...split.rest);
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

function splitAtom(atom: Atom, row: RowVariable): { key: KeyPart[]; rest: Atom[] } | undefined {
  const { test } = atom;
  switch (test.kind) {
    case 'address':
      if (!isCellOf(test.in, row)) break;
      return atom.negated
        ? undefined
        : { key: [{ field: test.field, view: test.view, column: test.in.column }], rest: [] };
    case 'number':
      if (!isCellOf(test.in, row)) break;
      return atom.negated
        ? undefined
        : { key: [{ field: test.field, view: 'real', column: test.in.column }], rest: [] };
    case 'service cell':
      if (!isCellOf(test.protocol, row) && !isCellOf(test.port, row)) break;
      return atom.negated ? undefined : splitService(test);
  }
  return { key: [], rest: [atom] };
}

function splitService(test: Extract<Atom['test'], { kind: 'service cell' }>): { key: KeyPart[]; rest: Atom[] } {
  const key: KeyPart[] = [];
  const rest: Atom[] = [];
  if (typeof test.protocol === 'number') {
    rest.push({ negated: false, test: { kind: 'number', field: 'protocol', in: IntervalSet.of(8, test.protocol) } });
  } else {
    key.push({ field: 'protocol', view: 'real', column: test.protocol.column });
  }
  if (test.port instanceof IntervalSet) {
    rest.push({ negated: false, test: { kind: 'number', field: 'destination port', in: test.port } });
  } else {
    key.push({ field: 'destination port', view: 'real', column: test.port.column });
  }
  return { key, rest };
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
