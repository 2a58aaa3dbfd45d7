/** The atoms of an entry's rule with the cells of its row put in their place. */
import type { Atom, AtomTest, ProgramRule } from '../../4-program/program.ts';
import type { Cell } from '../../model/condition.ts';
import { FIELD_WIDTHS } from '../../model/fields.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { cellAddresses, cellNumbers } from '../../proof/bound-rows.ts';
import { ruleOf, type Entries } from './entries.ts';

export interface BoundRule {
  readonly rule: ProgramRule;
  readonly atoms: readonly Atom[];
  /** A cell of another row than the entry's is asked for, too; its atom is left out. */
  readonly isWhole: boolean;
}

export function boundRuleOf(entries: Entries, entry: number): BoundRule {
  const rule = ruleOf(entries, entry);
  const row = entries.rowAt[entry]!;
  if (row < 0) return { rule, atoms: rule.atoms, isWhole: true };
  const { table } = entries.eaches[entries.eachAt[entry]!]!.row;
  const atoms = rule.atoms.flatMap((atom): Atom[] => {
    const cells = cellsOf(atom.test);
    if (cells.length === 0) return [atom];
    if (cells.some((cell) => cell.row.table !== table)) return [];
    const tests = withRow(atom.test, row);
    return tests.map((test) => ({ test, negated: atom.negated }));
  });
  return { rule, atoms, isWhole: atoms.length >= rule.atoms.length };
}

/** The cells that a test asks. */
export function cellsOf(test: AtomTest): Cell[] {
  if (test.kind === 'service cell') return [test.protocol, test.port].filter(isCell);
  return 'in' in test && isCell(test.in) ? [test.in] : [];
}

export function isCell(value: unknown): value is Cell {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'cell';
}

/** The same question of a row's values. */
function withRow(test: AtomTest, row: number): AtomTest[] {
  if (test.kind === 'address' && isCell(test.in)) {
    return [{ ...test, in: cellAddresses(test.in, row, test.family) }];
  }
  if (test.kind === 'number' && isCell(test.in)) {
    return [{ ...test, in: cellNumbers(test.in, row, FIELD_WIDTHS[test.field]) }];
  }
  if (test.kind !== 'service cell') return [test];
  const { protocol, port } = test;
  const protocols = isCell(protocol) ? cellNumbers(protocol, row, 8) : IntervalSet.of(8, protocol);
  const ports = isCell(port) ? cellNumbers(port, row, 16) : port;
  const services: (readonly [number, number])[] = [];
  for (const [first, last] of protocols.numberIntervals()) {
    for (let one = first; one <= last; one++) {
      for (const [low, high] of ports.numberIntervals()) services.push([one * 65_536 + low, one * 65_536 + high]);
    }
  }
  return [{ kind: 'number', field: 'service', in: IntervalSet.fromIntervals(24, services) }];
}
