/** `each` as rules of its own for each row: cells become what stands in them. */
import type {
  Atom,
  Program,
  ProgramEffect,
  ProgramItem,
  ProgramRule,
  StageId,
} from '../../../compiler/4-program/program.ts';
import type { KeyPart, Lookup } from '../../../compiler/6-plan/plan.ts';
import type { Cell, Gate, NumberTest, Rate, ServiceCellTest } from '../../../compiler/model/condition.ts';
import { FIELD_WIDTHS } from '../../../compiler/model/fields.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { addressesIn, numbersIn, rateIn, textOf } from './cells.ts';

/** Most rules that rows become: a table of more is a lookup, which XDP does not have yet. */
export const MOST_RULES_OF_ROWS = 16_384;

/** A rule for one row. */
export interface RowRule {
  readonly rule: ProgramRule;
  readonly row: number;
}

/** The rules of a lookup's rows, in the order of rows; those that no packet meets are left out. */
export function rowRules(lookup: Lookup): RowRule[] {
  const { row: variable, guard, key, family } = lookup;
  return lookup.classes
    .flatMap(({ rows, rules }) => Array.from(rows, (row) => ({ row, rules })))
    .toSorted((a, b) => a.row - b.row)
    .flatMap(({ row, rules }) =>
      rules.flatMap((rule): RowRule[] => {
        const own = rule.family ?? family;
        const found = key.map((part) => keyAtom(part, { kind: 'cell', row: variable, column: part.column }, own));
        const resolved = resolveRule({ ...rule, family: own, atoms: [...guard, ...found, ...rule.atoms] }, row);
        return resolved ? [{ rule: resolved, row }] : [];
      }),
    );
}

/** How many rules the rows of a program's stages of this kind become. */
export function rulesOfRows({ stages }: Program, kind: StageId): number {
  const within = (items: readonly ProgramItem[], times: number): number =>
    items.reduce((sum, item) => {
      if (item.kind === 'rule') return sum + times;
      const rows = item.kind === 'each' ? (item.rows?.length ?? item.row.table.rowCount) : 1;
      return sum + within(item.items, times * rows);
    }, 0);
  return stages.filter(({ id }) => id === kind).reduce((sum, { items }) => sum + within(items, 1), 0);
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

/** With the row's rate in the limit of a socket. Up to the rate of an empty cell, nothing gets through. */
function resolveDecision(decision: ProgramRule['decision'], row: number): ProgramRule['decision'] {
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
