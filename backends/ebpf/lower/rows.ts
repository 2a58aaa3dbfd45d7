/** `each` as rules: one for all rows, or one for each row, whose cells become what stands in them. */
import type {
  Atom,
  Family,
  Program,
  ProgramEach,
  ProgramEffect,
  ProgramItem,
  ProgramRule,
  StageId,
} from '../../../compiler/4-program/program.ts';
import type { KeyPart, Lookup } from '../../../compiler/6-plan/plan.ts';
import { isUniqueKey, keyedRule } from '../../../compiler/6-plan/row-keys.ts';
import { cellNumber } from '../../../compiler/model/cells.ts';
import { columnAddresses } from '../../../compiler/model/column-addresses.ts';
import type { Cell, Gate, NumberTest, Rate, RowVariable, ServiceCellTest } from '../../../compiler/model/condition.ts';
import { FIELD_WIDTHS } from '../../../compiler/model/fields.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { FoundRows } from '../tree.ts';
import { addressesIn, numbersIn, numbersOfRows, rateIn, textOf } from './cells.ts';

/** Most rules that rows become one by one. */
export const MOST_RULES_OF_ROWS = 16_384;
export const A_RULE_FOR_EACH_ROW = 'a rule for each row, unless one key finds it and all else is the same for each';

/** A rule for one row; `row` undefined: for all of them, whichever it is. */
export interface RowRule {
  readonly rule: ProgramRule;
  readonly row: number | undefined;
  /** The rows that a rule for all of them is for. */
  readonly found?: FoundRows;
}

/**
 * The rules of a lookup's rows; those that no packet meets are left out. Where the table promises that no packet meets two
 * rows, the rules of one row are in their order, and rows in any: a rule that is the same for each row is then one rule for
 * the set of their keys, however many they are. Else row follows row, as in the policy.
 */
export function rowRules(lookup: Lookup): RowRule[] {
  const { row: variable, key, classes } = lookup;
  if (key.length === 1 && isUniqueKey(variable.table, key)) {
    return classes.flatMap(({ rows, rules }) =>
      rules.flatMap((rule) => (hangsOnRow(rule) ? rulesOf(rule, rows, lookup) : ruleForAll(rule, rows, lookup))),
    );
  }
  return classes
    .flatMap(({ rows, rules }) => Array.from(rows, (row) => ({ row, rules })))
    .toSorted((a, b) => a.row - b.row)
    .flatMap(({ row, rules }) => rules.flatMap((rule) => rulesOf(rule, [row], lookup)));
}

/** The rule for each row. */
function rulesOf(rule: ProgramRule, rows: Iterable<number>, { row: variable, guard, key, family }: Lookup): RowRule[] {
  const own = rule.family ?? family;
  const found = key.map((part) => keyAtom(part, { kind: 'cell', row: variable, column: part.column }, own));
  const whole = { ...rule, family: own, atoms: [...guard, ...found, ...rule.atoms] };
  return Array.from(rows).flatMap((row): RowRule[] => {
    const resolved = resolveRule(whole, row);
    return resolved ? [{ rule: resolved, row }] : [];
  });
}

/** One rule for all of the rows. */
function ruleForAll(rule: ProgramRule, rows: Uint32Array, { row, guard, key, family }: Lookup): RowRule[] {
  const own = rule.family ?? family;
  const [part] = key as readonly [KeyPart];
  const keys = keySet(part, row, rows, own);
  if (!keys) return [];
  const { field, column } = part;
  const isAddress = field === 'source' || field === 'destination';
  if (field === 'state') throw new Error('frames have no state');
  return [
    {
      rule: { ...rule, family: own, atoms: [...guard, keys, ...rule.atoms] },
      row: undefined,
      found: { field, family: isAddress ? own : undefined, key: { kind: 'cell', row, column }, rows },
    },
  ];
}

/** That a packet's field is in the column of some of the rows; undefined where that is empty. */
function keySet(
  { field, view, column }: KeyPart,
  row: RowVariable,
  rows: Uint32Array,
  family: Family | undefined,
): Atom | undefined {
  if (field === 'source' || field === 'destination') {
    if (family === undefined) throw new Error('a lookup by address that is of no family');
    const addresses = columnAddresses(row.table, column, rows)?.[family === 4 ? 'ipv4' : 'ipv6'];
    if (!addresses || addresses.isEmpty()) return undefined;
    return { negated: false, test: { kind: 'address', field, view, family, in: addresses } };
  }
  const numbers = numbersOfRows({ kind: 'cell', row, column }, rows, FIELD_WIDTHS[field]);
  return numbers.isEmpty() ? undefined : { negated: false, test: { kind: 'number', field, in: numbers } };
}

/** Whether what the rule asks or does is another for each row; a class may be found with the row. */
function hangsOnRow({ atoms, gates, effects, decision }: ProgramRule): boolean {
  const limit = decision?.kind === 'socket' ? decision.limit : undefined;
  const limits = [...gates, ...effects.flatMap((effect) => effect.gates), ...(limit ? [limit] : [])];
  return (
    limits.some((gate) => gate.kind !== 'sample' && gate.rows.length > 0) ||
    [atoms, effects, decision?.kind === 'class' ? undefined : decision].some(holdsCell)
  );
}

function holdsCell(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof IntervalSet) return false;
  return ('kind' in value && value.kind === 'cell') || Object.values(value).some(holdsCell);
}

/** How many rules the rows of a program's stages of this kind become. */
export function rulesOfRows({ stages }: Program, kind: StageId): number {
  const ofRule = (rule: ProgramRule, { row, rows }: ProgramEach): number => {
    const keyed = keyedRule(rule, row);
    const isOne =
      keyed?.key.length === 1 && isUniqueKey(row.table, keyed.key) && !hangsOnRow({ ...rule, atoms: keyed.rest });
    return isOne ? 1 : (rows?.length ?? row.table.rowCount);
  };
  const within = (items: readonly ProgramItem[], each: ProgramEach | undefined): number =>
    items.reduce((sum, item) => {
      if (item.kind === 'rule') return sum + (each ? ofRule(item, each) : 0);
      return sum + within(item.items, item.kind === 'each' ? item : each);
    }, 0);
  return stages.filter(({ id }) => id === kind).reduce((sum, { items }) => sum + within(items, undefined), 0);
}

function keyAtom({ field, view }: KeyPart, cell: Cell, family: ProgramRule['family']): Atom {
  if (field !== 'source' && field !== 'destination') {
    return { negated: false, test: { kind: 'number', field, in: cell } };
  }
  if (family === undefined) throw new Error('a lookup by address that is of no family');
  return { negated: false, test: { kind: 'address', field, view, family, in: cell } };
}

/** The rule with a row's values in it; undefined where no packet meets it. */
function resolveRule(rule: ProgramRule, row: number): ProgramRule | undefined {
  const atoms = resolveAtoms(rule.atoms, row);
  const gates = resolveGates(rule.gates, row);
  if (!atoms || !gates) return undefined;
  const effects = rule.effects.flatMap((effect) => resolveEffect(effect, row));
  return { ...rule, atoms, gates, effects, decision: resolveDecision(rule.decision, row) };
}

/** With the row's class, or its rate in the limit of a socket. Up to the rate of an empty cell, nothing gets through. */
function resolveDecision(decision: ProgramRule['decision'], row: number): ProgramRule['decision'] {
  if (decision?.kind === 'class' && typeof decision.class !== 'number') {
    const { class: chosen } = decision;
    return { kind: 'class', class: cellNumber(chosen, new Map([[chosen.row, row]]))! };
  }
  if (decision?.kind !== 'socket' || !decision.limit || !('kind' in decision.limit.rate)) return decision;
  const rate = rateIn(decision.limit.rate, row);
  const limit = rate ? { ...decision.limit, rate } : { ...decision.limit, rate: ANY_RATE, burst: 0 };
  return { ...decision, limit };
}

const ANY_RATE: Rate = { of: 'events', amount: 1, perSeconds: 1 };

/** The conjunction; undefined where it holds of no packet. */
function resolveAtoms(atoms: readonly Atom[], row: number): Atom[] | undefined {
  const resolved: Atom[] = [];
  for (const { test, negated } of atoms) {
    const known = resolveTest(test, row);
    if (known !== undefined) resolved.push({ negated, test: known });
    // A cell that is empty, or of the other family: what compares with it is false.
    else if (!negated) return undefined;
  }
  return resolved;
}

function resolveTest(test: Atom['test'], row: number): Atom['test'] | undefined {
  switch (test.kind) {
    case 'address': {
      if (test.in instanceof IntervalSet || test.in.kind !== 'cell') return test;
      const set = addressesIn(test.in, row, test.family);
      return set && { ...test, in: set };
    }
    case 'number': {
      if (test.in instanceof IntervalSet) return test;
      const set = numbersIn(test.in, row, FIELD_WIDTHS[test.field]);
      return set && { ...test, in: set };
    }
    case 'service cell':
      return serviceTest(test, row);
    default:
      return test;
  }
}

function serviceTest({ protocol, port }: ServiceCellTest, row: number): NumberTest | undefined {
  const protocols = typeof protocol === 'number' ? IntervalSet.of(8, protocol) : numbersIn(protocol, row, 8);
  const ports = port instanceof IntervalSet ? port : numbersIn(port, row, 16);
  if (!protocols || !ports) return undefined;
  const number = Number(protocols.lowAt(0)) * 65_536;
  const services = [...ports.numberIntervals()].map(([low, high]) => [number + low, number + high] as const);
  return { kind: 'number', field: 'service', in: IntervalSet.fromIntervals(24, services) };
}

/** The gates; undefined where one of them is never open: a limit whose rate is an empty cell. */
function resolveGates(gates: readonly Gate[], row: number): Gate[] | undefined {
  const resolved: Gate[] = [];
  for (const gate of gates) {
    if (gate.kind !== 'rate' || !('kind' in gate.rate)) {
      resolved.push(gate);
      continue;
    }
    const rate = rateIn(gate.rate, row);
    if (!rate) return undefined;
    resolved.push({ ...gate, rate });
  }
  return resolved;
}

/** The effect with a row's values in it; none where it counts under an empty cell, or never happens. */
function resolveEffect({ effect, when, gates }: ProgramEffect, row: number): ProgramEffect[] {
  const open = resolveGates(gates, row);
  const possible = when.flatMap((atoms) => {
    const resolved = resolveAtoms(atoms, row);
    return resolved ? [resolved] : [];
  });
  if (!open || possible.length === 0) return [];
  if (effect.kind !== 'count' || effect.counter.kind === 'named') return [{ effect, when: possible, gates: open }];
  const { cell, direction } = effect.counter;
  const text = textOf(cell, row);
  if (text === undefined) return [];
  const name = `${cell.row.table.name}.${cell.column}=${text}`;
  const counter = { kind: 'named' as const, name, ...(direction ? { direction } : {}) };
  return [{ effect: { kind: 'count', counter }, when: possible, gates: open }];
}
