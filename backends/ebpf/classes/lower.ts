/** Plan → what the program keeps that chooses the class of what leaves. */
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Program } from '../../../compiler/4-program/program.ts';
import type { Plan } from '../../../compiler/6-plan/plan.ts';
import { cellNumber } from '../../../compiler/model/cells.ts';
import type { Cell, Shape } from '../../../compiler/model/index.ts';
import { FIELD_WIDTHS } from '../../../compiler/model/fields.ts';
import { classesIn } from '../../../compiler/model/shape-classes.ts';
import { interfaceOf } from '../../../compiler/model/shape-interface.ts';
import type { ClassSearch } from '../../../compiler/plane.ts';
import type { PacketField } from '../fields.ts';
import { addressesIn, numbersIn } from '../lower/cells.ts';
import { Counters } from '../lower/counters.ts';
import { fieldTables } from '../lower/field-tables.ts';
import { Limiters } from '../lower/limiters.ts';
import { listOf } from '../lower/list.ts';
import type { TableAtom } from '../lower/conditions.ts';
import type { Condition, FoundRows, GivenNumbers, ListedRule } from '../tree.ts';
import { bitsOfMarks, valuesUnderMask } from './marks.ts';
import type { Classes, ClassRule, LeavingInterface } from './tree.ts';

/** The choice of a plan, and what of it is too large; undefined: the plan has none. */
export function lowerClasses(
  plan: Plan,
): { readonly classes: Classes; readonly diagnostics: readonly Diagnostic[] } | undefined {
  const { program } = plan;
  const stages = plan.stages.filter(({ stage }) => stage.id === 'shape');
  if (stages.length === 0) return undefined;
  const interfaces = shapedInterfaces(program);
  const [first, ...others] = interfaces;
  const list = listOf(stages, {
    counters: new Counters(),
    limiters: new Limiters(),
    zones: program.zones,
    zone: others.length === 0 ? first?.zone : undefined,
    everywhere: true,
  });
  const columns = new Columns();
  const isMasked = list.some(({ conditions }) => conditions.length > 0);
  const markBits = isMasked ? bitsOfMarks(stages.flatMap(({ stage }) => stage.items)) : 0xffffffff;
  const rules = list.flatMap((rule) => classRule(rule, columns, markBits));
  const zones = new Map(program.zones.map(({ name }, at) => [name, at + 1]));
  const blocks = stages.map(({ stage }) => stage.origin);
  const { fields, diagnostics } = fieldTables(rules, { zones, blocks, plane: 'xdp' });
  return { classes: { target: program.target?.name ?? 'host', rules, fields, interfaces, markBits }, diagnostics };
}

/** Shapers whose packets have their class chosen as they leave. */
export function shapersOf({ policy }: Program): readonly Shape[] {
  return policy.shapes.filter((shape) => shape.direction === 'egress' && classesIn(shape).length > 0);
}

function shapedInterfaces(program: Program): readonly LeavingInterface[] {
  return shapersOf(program).map((shape) => ({
    name: interfaceOf(shape, program.target)!,
    zone: program.zones.findIndex(({ name }) => name === shape.zone.name) + 1,
  }));
}

/** For `explain`. */
export function searchesOf(program: Program, { fields }: Classes): ReadonlyMap<Shape, ClassSearch> {
  const search: ClassSearch = {
    by: 'a program (eBPF) before the queues and outside of their lock, which writes its priority',
    lookup: `a table for each field that is asked, ${fields.length}`,
    avoided: { by: 'filters of tc, within the lock of the queues', lookup: undefined },
  };
  return new Map(shapersOf(program).map((shape) => [shape, search]));
}

function classRule(
  { origin, atoms: found, conditions, action }: ListedRule,
  columns: Columns,
  markBits: number,
): ClassRule[] {
  const atoms = [...found, ...conditions.map((condition) => markAtom(condition, markBits))];
  if (action.kind === 'class') return [{ origin, atoms, action }];
  if (action.kind !== 'class of row') return [];
  const { found: rows, class: chosen } = action;
  const { field, family } = rows;
  const column = columns.next(field, family);
  return [
    {
      origin,
      atoms,
      action: { kind: 'class of row', field, column, table: rows.key.row.table.name },
      given: { field, family, column, sets: givenSets(rows, chosen) },
    },
  ];
}

/** A test of bits of the mark, as one of the values that the program knows. */
function markAtom(condition: Condition, markBits: number): TableAtom {
  if (condition.kind !== 'masked' || condition.test.field !== 'mark') {
    throw new Error('a program has been given a condition that no table finds');
  }
  const { value, mask } = condition.test;
  const values = valuesUnderMask(markBits, Number(value), Number(mask));
  return { negated: condition.negated, test: { kind: 'number', field: 'mark', in: values } };
}

/** Of each row, the values of its key and the number of its class. */
function givenSets({ field, family, key, rows }: FoundRows, chosen: Cell): GivenNumbers['sets'] {
  return Array.from(rows).flatMap((row) => {
    const set = family === undefined ? numbersIn(key, row, widthOfNumber(field)) : addressesIn(key, row, family);
    const number = cellNumber(chosen, new Map([[chosen.row, row]]));
    return set && number !== undefined ? [{ set, number }] : [];
  });
}

function widthOfNumber(field: PacketField): number {
  if (field === 'source' || field === 'destination' || field === 'balanced' || field === 'in' || field === 'out') {
    throw new Error(`${field} is no number`);
  }
  return FIELD_WIDTHS[field];
}

/** Places among the numbers of a field's rows: rules for one family share them with those for the other. */
class Columns {
  readonly #taken = new Map<string, number>();

  next(field: PacketField, family: 4 | 6 | undefined): number {
    const key = `${field} ${family ?? ''}`;
    const column = this.#taken.get(key) ?? 0;
    this.#taken.set(key, column + 1);
    return column;
  }
}
