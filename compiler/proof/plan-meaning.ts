/** What a Plan's nodes mean, by their definition in `6-plan/plan.ts`. */
import type { Table } from '../model/table.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { Atom, AtomTest, ProgramRule } from '../4-program/program.ts';
import type {
  Candidates,
  Lookup,
  PlanNode,
  Ranked,
  RowClass,
  Rules,
  ScopeNode,
  Sequence,
  Switch,
} from '../6-plan/plan.ts';
import { ALL, FIRST_OWN_OPERATION, NOTHING, type Diagram, type Operation } from './diagrams.ts';
import { GOES_ON, type Outcome } from './outcomes.ts';
import { afterList, leaveText, type Frame, type Place, type RuleMeaning } from './rule-meaning.ts';
import { inOrderOfRank } from './ranked-in-order.ts';
import { isUnique } from './rows.ts';
import { Unprovable } from './unprovable.ts';

type NodeOf<Kind extends PlanNode['kind']> = Extract<PlanNode, { readonly kind: Kind }>;
type Meanings = {
  readonly [Kind in PlanNode['kind']]: (node: NodeOf<Kind>, before: Outcome, place: Place) => Outcome;
};

export class PlanMeaning {
  readonly #frame: Frame;
  readonly #rules: RuleMeaning;
  /** Tables of which the row that a key finds is one unknown; of all others, each row is known. */
  readonly #unknown: ReadonlySet<Table>;
  readonly #free = new WeakMap<PlanNode, boolean>();
  readonly #alone = new WeakMap<PlanNode, Map<number, Outcome>>();

  constructor(frame: Frame, rules: RuleMeaning, unknown: ReadonlySet<Table>) {
    this.#frame = frame;
    this.#rules = rules;
    this.#unknown = unknown;
  }

  /** The state after the node, where `before` is the state before it. Throws `Unprovable`. */
  after(node: PlanNode, before: Outcome, place: Place): Outcome {
    if (!this.#isFree(node)) return this.#meaning(node, before, place);
    let byDepth = this.#alone.get(node);
    if (!byDepth) this.#alone.set(node, (byDepth = new Map()));
    let alone = byDepth.get(place.depth);
    if (!alone) byDepth.set(place.depth, (alone = this.#meaning(node, GOES_ON, place)));
    return this.#frame.outcomes.follow(before, alone);
  }

  readonly #meanings: Meanings = {
    sequence: ({ steps }: Sequence, before, place) =>
      afterList(
        steps,
        before,
        this.#frame.outcomes,
        (step) => this.#isFree(step),
        (step, state) => this.after(step, state, place),
      ),
    rules: ({ rules }: Rules, before, place) => this.#list(rules, before, place),
    scope: ({ body }: ScopeNode, before, place) => {
      const depth = place.depth + 1;
      const { decision, registers } = this.after(body, before, { ...place, depth });
      const left = this.#frame.decisions.numberOf(leaveText(depth));
      return { decision: this.#frame.diagrams.without(decision, left), registers };
    },
    switch: (node, before, place) => this.#switch(node, before, place),
    ranked: (node, before, place) =>
      (before === GOES_ON ? this.#rankedList(node, place) : undefined) ?? this.#ranked(node, before, place),
    candidates: (node, before, place) => this.#candidates(node, before, place),
    lookup: (node, before, place) =>
      this.#unknown.has(node.row.table) ? this.#lookUp(node, before, place) : this.#lookUpEach(node, before, place),
  };

  #meaning(node: PlanNode, before: Outcome, place: Place): Outcome {
    // The kind picks the function that takes this very kind of node.
    const meaning = this.#meanings[node.kind] as (node: PlanNode, before: Outcome, place: Place) => Outcome;
    return meaning(node, before, place);
  }

  #isFree(node: PlanNode): boolean {
    if (this.#frame.only) return false;
    let free = this.#free.get(node);
    if (free === undefined) this.#free.set(node, (free = this.#hangsOnNothing(node)));
    return free;
  }

  #hangsOnNothing(node: PlanNode): boolean {
    switch (node.kind) {
      case 'sequence':
        return node.steps.every((step) => this.#isFree(step));
      case 'rules':
      case 'candidates':
        return node.rules.every((rule) => this.#rules.isFree(rule));
      case 'ranked':
        return node.searches.every((search) => this.#isFree(search));
      case 'scope':
        return this.#isFree(node.body);
      case 'switch':
        return (
          this.#areFree([...node.guard, valueTest(node, IntervalSet.full(1))]) &&
          node.cases.every(({ body }) => this.#isFree(body)) &&
          this.#isFree(node.otherwise)
        );
      case 'lookup':
        return (
          this.#areFree(node.guard) &&
          node.classes.every(({ rules }) => rules.every((rule) => this.#rules.isFree(rule)))
        );
    }
  }

  #areFree(atoms: readonly Atom[]): boolean {
    return atoms.every((atom) => this.#rules.isFreeAtom(atom));
  }

  #list(rules: readonly ProgramRule[], before: Outcome, place: Place): Outcome {
    return afterList(
      rules,
      before,
      this.#frame.outcomes,
      (rule) => this.#rules.isFree(rule),
      (rule, state) => this.#rules.after({ rule, atoms: rule.atoms }, state, place),
    );
  }

  /** The packets that a node's family and guard let in. */
  #admitted({ family, guard }: Switch | Lookup, { registers }: Outcome, { rows }: Place): Diagram {
    const { diagrams, atoms } = this.#frame;
    return diagrams.when(atoms.family(family), atoms.all(guard, { rows, registers }));
  }

  #switch(node: Switch, before: Outcome, place: Place): Outcome {
    const { atoms, diagrams, outcomes } = this.#frame;
    const context = { rows: place.rows, registers: before.registers };
    const holding = (values: IntervalSet) => atoms.atom(valueTest(node, values), context);
    const all = disjointUnion(node);
    const ways = [
      ...node.cases.map(({ values, body }) => ({ body, set: () => holding(values) })),
      { body: node.otherwise, set: () => (all ? diagrams.not(holding(all)) : ALL) },
    ];
    return outcomes.inside(this.#admitted(node, before, place), before, (state) =>
      afterList(
        ways,
        state,
        outcomes,
        ({ body }) => this.#areFree([valueTest(node, IntervalSet.full(1))]) && this.#isFree(body),
        ({ body, set }, each) => outcomes.inside(set(), each, (inner) => this.after(body, inner, place)),
      ),
    );
  }

  /** The candidates as a list in the order of ranks; undefined where that is not the same, or not known to be. */
  #rankedList(node: Ranked, place: Place): Outcome | undefined {
    const { atoms, diagrams, outcomes } = this.#frame;
    if (!this.#isFree(node)) return undefined;
    const context = { rows: place.rows, registers: GOES_ON.registers };
    const tests = {
      admitted: (one: Switch) => {
        disjointUnion(one);
        return this.#admitted(one, GOES_ON, place);
      },
      holding: (one: Switch, values: IntervalSet) => atoms.atom(valueTest(one, values), context),
    };
    const candidates = inOrderOfRank(node, tests, diagrams);
    if (!candidates) return undefined;
    const ranks: { readonly rank: number; decision: Diagram; readonly number: number }[] = [];
    for (const { rule, rank, reached } of candidates) {
      requirePlain(rule);
      const own = this.#rules.after({ rule, atoms: rule.atoms }, GOES_ON, place).decision;
      const number = Math.max(...diagrams.valuesOf(own));
      const last = ranks.at(-1);
      const met = diagrams.when(reached, own);
      if (last?.rank !== rank) ranks.push({ rank, decision: met, number });
      else if (last.number !== number) return undefined;
      else last.decision = diagrams.orElse(last.decision, met);
    }
    return outcomes.inOrder(ranks.map(({ decision }) => ({ decision, registers: GOES_ON.registers })));
  }

  /** The candidate of the lowest rank; but what a search finds for good is found, whatever the others find. */
  #ranked({ searches, origin }: Ranked, before: Outcome, place: Place): Outcome {
    const { diagrams, outcomes } = this.#frame;
    const better: Operation = {
      code: FIRST_OWN_OPERATION - 1,
      plain: (a, b) => {
        if (a === NOTHING || b === NOTHING || a === b) return a === NOTHING ? b : a;
        if (!diagrams.isValue(a) || !diagrams.isValue(b)) return -1;
        return betterOf(diagrams.valueAt(a, NO_PACKET), diagrams.valueAt(b, NO_PACKET)) === 'first' ? a : b;
      },
    };
    const decided: Operation = {
      code: FIRST_OWN_OPERATION - 2,
      plain: (a) => (diagrams.isValue(a) ? diagrams.value(decisionIn(diagrams.valueAt(a, NO_PACKET))) : -1),
    };
    const state: Outcome = { decision: NOTHING, registers: before.registers };
    const best = searches
      .map((search) => {
        const { decision, registers } = this.after(search, state, place);
        if (!outcomes.equal({ decision: NOTHING, registers }, state)) {
          throw new Unprovable(origin, 'one of the searches does more than decide');
        }
        return decision;
      })
      .reduce((a, b) => diagrams.combine(better, a, b), NOTHING);
    return outcomes.follow(before, { decision: diagrams.combine(decided, best, NOTHING), registers: new Map() });
  }

  #candidates({ rules, ranks }: Candidates, before: Outcome, place: Place): Outcome {
    const { diagrams, outcomes } = this.#frame;
    const found = rules.map((rule, index): Outcome => {
      requirePlain(rule);
      const state: Outcome = { decision: NOTHING, registers: before.registers };
      const { decision } = this.#rules.after({ rule, atoms: rule.atoms }, state, place);
      const number = Math.max(...diagrams.valuesOf(decision));
      const rank = ranks[index]!;
      if (rank >= MOST_RANKS || number >= MOST_CANDIDATE_DECISIONS) {
        throw new Unprovable(rule.origin, 'there are more candidates than the proof has numbers for');
      }
      const candidate = FIRST_CANDIDATE + rank * MOST_CANDIDATE_DECISIONS + number;
      return { decision: diagrams.when(decision, diagrams.value(candidate)), registers: new Map() };
    });
    return outcomes.follow(before, outcomes.inOrder(found));
  }

  /** A row that is not known: the same one that the policy's `each` finds by the same key. */
  #lookUp(node: Lookup, before: Outcome, place: Place): Outcome {
    const { atoms, finder, outcomes } = this.#frame;
    const { table } = node.row;
    const found = finder.find(table, node.key, isUnique(table, node.key) ? undefined : allRows(node.classes));
    const inner: Place = { ...place, rows: new Map(place.rows).set(table, { kind: 'found', name: found.name }) };
    return outcomes.inside(this.#admitted(node, before, place), before, (state) =>
      afterList(
        node.classes,
        state,
        outcomes,
        ({ rules }) => rules.every((rule) => this.#rules.isFree(rule)),
        ({ rows, rules }, each) =>
          outcomes.inside(atoms.here(found.among(rows)), each, (one) => this.#list(rules, one, inner)),
      ),
    );
  }

  /** Rows one by one: the first whose key cells hold the packet's values is the only one that is asked. */
  #lookUpEach(node: Lookup, before: Outcome, place: Place): Outcome {
    const { outcomes } = this.#frame;
    const apart = this.#classesApart(node, place);
    return outcomes.inside(this.#admitted(node, before, place), before, (state) =>
      apart
        ? afterList(
            apart,
            state,
            outcomes,
            ({ rules }) => rules.every((rule) => this.#rules.isFree(rule)),
            ({ set, rules }, each) => outcomes.inside(set, each, (one) => this.#list(rules, one, place)),
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
          after: (one: Outcome) => this.#list(rules, one, bound),
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

function requirePlain(rule: ProgramRule): void {
  if (rule.gates.length === 0 && rule.effects.length === 0 && rule.decision) return;
  throw new Unprovable(rule.origin, 'one of the candidates does more than decide');
}

function valueTest({ field }: Switch, values: IntervalSet): Atom {
  if (field.kind === 'number') return { negated: false, test: { kind: 'number', field: field.field, in: values } };
  const family = values.width > 32 ? 6 : 4;
  return { negated: false, test: { kind: 'address', field: field.field, view: field.view, family, in: values } };
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

/** All values of the cases; undefined: there is no case. One in two cases would be looked up in a map with two answers. */
function disjointUnion({ cases, origin }: Switch): IntervalSet | undefined {
  const [first] = cases;
  if (!first) return undefined;
  const sets = cases.map(({ values }) => values);
  const together = IntervalSet.unionOf(first.values.width, sets);
  if (sets.reduce((sum, set) => sum + set.size(), 0n) !== together.size()) {
    throw new Unprovable(origin, 'two cases of a lookup hold one value');
  }
  return together;
}

/** Candidates are numbers above those of decisions: rank by rank, and then by what they decide. */
const FIRST_CANDIDATE = 2 ** 29;
const MOST_CANDIDATE_DECISIONS = 2 ** 10;
const MOST_RANKS = 2 ** 19;
const NO_PACKET: ReadonlySet<number> = new Set();

/** What is found for good goes before any candidate, and before what is found for good later. */
function betterOf(first: number, second: number): 'first' | 'second' {
  if (first < FIRST_CANDIDATE) return 'first';
  return second < FIRST_CANDIDATE || second < first ? 'second' : 'first';
}

function decisionIn(value: number): number {
  return value < FIRST_CANDIDATE ? value : (value - FIRST_CANDIDATE) % MOST_CANDIDATE_DECISIONS;
}

/** The nodes that a node is made of. */
export function childrenOf(node: PlanNode): readonly PlanNode[] {
  switch (node.kind) {
    case 'sequence':
      return node.steps;
    case 'scope':
      return [node.body];
    case 'switch':
      return [...node.cases.map(({ body }) => body), node.otherwise];
    case 'ranked':
      return node.searches;
    case 'rules':
    case 'candidates':
    case 'lookup':
      return [];
  }
}
