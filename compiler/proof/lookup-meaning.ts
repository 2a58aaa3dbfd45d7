/** What looking up a table's row means. */
import type { Atom, AtomTest, ProgramRule } from '../4-program/program.ts';
import type { Lookup, RowClass } from '../6-plan/plan.ts';
import type { Table } from '../model/table.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { NOTHING, type Diagram } from './diagrams.ts';
import type { NodeReader } from './node-reader.ts';
import type { Outcome } from './outcomes.ts';
import { isUnique } from './rows.ts';
import { afterList, type Frame, type Place, type RuleMeaning } from './rule-meaning.ts';

export class LookupMeaning {
  readonly #frame: Frame;
  readonly #rules: RuleMeaning;
  readonly #reader: NodeReader;
  readonly #unknown: ReadonlySet<Table>;

  /** `unknown`: tables of which the row that a key finds is one unknown; of all others, each row is known. */
  constructor(frame: Frame, rules: RuleMeaning, reader: NodeReader, unknown: ReadonlySet<Table>) {
    this.#frame = frame;
    this.#rules = rules;
    this.#reader = reader;
    this.#unknown = unknown;
  }

  after(node: Lookup, before: Outcome, place: Place): Outcome {
    return this.#unknown.has(node.row.table)
      ? this.#lookUp(node, before, place)
      : this.#lookUpEach(node, before, place);
  }

  /** A row that is not known: the same one that the policy's `each` finds by the same key. */
  #lookUp(node: Lookup, before: Outcome, place: Place): Outcome {
    const { atoms, finder, outcomes } = this.#frame;
    const { table } = node.row;
    const found = finder.find(table, node.key, isUnique(table, node.key) ? undefined : allRows(node.classes));
    const inner: Place = { ...place, rows: new Map(place.rows).set(table, { kind: 'found', name: found.name }) };
    return outcomes.inside(this.#reader.admitted(node, before, place), before, (state) =>
      afterList(
        node.classes,
        state,
        outcomes,
        ({ rules }) => rules.every((rule) => this.#rules.isFree(rule)),
        ({ rows, rules }, each) =>
          outcomes.inside(atoms.here(found.among(rows)), each, (one) => this.#reader.list(rules, one, inner)),
      ),
    );
  }

  /** Rows one by one: the first whose key cells hold the packet's values is the only one that is asked. */
  #lookUpEach(node: Lookup, before: Outcome, place: Place): Outcome {
    const { outcomes } = this.#frame;
    const apart = this.#classesApart(node, place);
    return outcomes.inside(this.#reader.admitted(node, before, place), before, (state) =>
      apart
        ? afterList(
            apart,
            state,
            outcomes,
            ({ rules }) => rules.every((rule) => this.#rules.isFree(rule)),
            ({ set, rules }, each) => outcomes.inside(set, each, (one) => this.#reader.list(rules, one, place)),
          )
        : this.#rowByRow(node, state, place),
    );
  }

  #rowByRow(node: Lookup, before: Outcome, place: Place): Outcome {
    const rows = node.classes
      .flatMap(({ rows: numbers, rules }) => Array.from(numbers, (number) => ({ number, rules })))
      .toSorted((a, b) => a.number - b.number);
    return this.#frame.outcomes.untilMet(
      rows.map(({ number, rules }) => {
        const bound: Place = { ...place, rows: new Map(place.rows).set(node.row.table, { kind: 'row', number }) };
        return {
          set: this.#rowHolds(node, number, place),
          after: (one: Outcome) => this.#reader.list(rules, one, bound),
        };
      }),
      before,
    );
  }

  /**
   * The classes with the packets of their rows, where no packet is of two classes and no rule reads a cell: then it counts for
   * nothing which row of a class is found. Undefined elsewhere.
   */
  #classesApart(
    node: Lookup,
    place: Place,
  ): readonly { readonly set: Diagram; readonly rules: readonly ProgramRule[] }[] | undefined {
    const { diagrams } = this.#frame;
    if (node.classes.some(({ rules }) => rules.some(readsCell))) return undefined;
    const classes = node.classes.map(({ rows, rules }) => ({
      set: diagrams.firstOf(Array.from(rows, (row) => this.#rowHolds(node, row, place))),
      rules,
    }));
    let all: Diagram = NOTHING;
    for (const { set } of classes) {
      if (diagrams.when(all, set) !== NOTHING) return undefined;
      all = diagrams.orElse(all, set);
    }
    return classes;
  }

  #rowHolds(node: Lookup, number: number, { rows, depth }: Place): Diagram {
    return this.#keyHolds(node, { rows: new Map(rows).set(node.row, { kind: 'row', number }), depth });
  }

  #keyHolds(node: Lookup, { rows }: Place): Diagram {
    const { diagrams, atoms } = this.#frame;
    const families = node.family === undefined ? ([4, 6] as const) : [node.family];
    const tests = (family: 4 | 6): Atom[] =>
      node.key.map(({ field, view, column }) => {
        const cell = { kind: 'cell', row: node.row, column } as const;
        const isAddress = field === 'source' || field === 'destination';
        const test: AtomTest = isAddress
          ? { kind: 'address', field, view, family, in: cell }
          : { kind: 'number', field, view, in: cell };
        return { negated: false, test };
      });
    return diagrams.firstOf(families.map((family) => atoms.all(tests(family), { rows, registers: new Map() })));
  }
}

/** Whether what the rule asks or does hangs on cells of a row. */
function readsCell({ atoms, gates, effects, decision }: ProgramRule): boolean {
  const isCell = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'cell';
  const holdsCell = (value: unknown): boolean =>
    isCell(value) ||
    (typeof value === 'object' &&
      value !== null &&
      !(value instanceof IntervalSet) &&
      Object.values(value).some(holdsCell));
  return [atoms, gates, effects, decision].some(holdsCell);
}

function allRows(classes: readonly RowClass[]): Uint32Array {
  return Uint32Array.from(classes.flatMap(({ rows }) => [...rows])).toSorted();
}
