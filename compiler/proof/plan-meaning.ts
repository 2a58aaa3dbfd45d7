/** What a Plan's nodes mean, by their definition in `6-plan/plan.ts`. */
import type { Table } from '../model/table.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { Atom, ProgramRule } from '../4-program/program.ts';
import type { Lookup, PlanNode, Rules, ScopeNode, Sequence, Switch } from '../6-plan/plan.ts';
import { ALL, type Diagram } from './diagrams.ts';
import { LookupMeaning } from './lookup-meaning.ts';
import { GOES_ON, type Outcome } from './outcomes.ts';
import { afterList, leaveText, type Frame, type Place, type RuleMeaning } from './rule-meaning.ts';
import { RankedMeaning } from './ranked-meaning.ts';
import type { NodeReader } from './node-reader.ts';
import { disjointUnion, valueTest } from './switch-values.ts';

type NodeOf<Kind extends PlanNode['kind']> = Extract<PlanNode, { readonly kind: Kind }>;
type Meanings = {
  readonly [Kind in PlanNode['kind']]: (node: NodeOf<Kind>, before: Outcome, place: Place) => Outcome;
};

export class PlanMeaning {
  readonly #frame: Frame;
  readonly #rules: RuleMeaning;
  readonly #lookups: LookupMeaning;
  readonly #searches: RankedMeaning;
  readonly #free = new WeakMap<PlanNode, boolean>();
  readonly #alone = new WeakMap<PlanNode, Map<number, Outcome>>();

  /** `unknown`: tables of which the row that a key finds is one unknown; of all others, each row is known. */
  constructor(frame: Frame, rules: RuleMeaning, unknown: ReadonlySet<Table>) {
    this.#frame = frame;
    this.#rules = rules;
    const reader: NodeReader = {
      after: (node, before, place) => this.after(node, before, place),
      list: (list, before, place) => this.#list(list, before, place),
      admitted: (node, before, place) => this.#admitted(node, before, place),
    };
    this.#lookups = new LookupMeaning(frame, rules, reader, unknown);
    this.#searches = new RankedMeaning(frame, rules, reader);
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
      (before === GOES_ON && this.#isFree(node) ? this.#searches.asList(node, place) : undefined) ??
      this.#searches.after(node, before, place),
    candidates: (node, before, place) => this.#searches.candidates(node, before, place),
    lookup: (node, before, place) => this.#lookups.after(node, before, place),
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
