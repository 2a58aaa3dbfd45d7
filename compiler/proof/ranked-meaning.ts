/** What searches mean of whose candidates the one of the lowest rank decides. */
import type { ProgramRule } from '../4-program/program.ts';
import type { Candidates, Ranked, Switch } from '../6-plan/plan.ts';
import type { IntervalSet } from '../net/interval-set.ts';
import { FIRST_OWN_OPERATION, NOTHING, type Diagram, type Operation } from './diagrams.ts';
import type { NodeReader } from './node-reader.ts';
import { GOES_ON, type Outcome } from './outcomes.ts';
import { disjointUnion, valueTest } from './switch-values.ts';
import { inOrderOfRank } from './ranked-in-order.ts';
import type { Frame, Place, RuleMeaning } from './rule-meaning.ts';
import { Unprovable } from './unprovable.ts';

/** Candidates are numbers above those of decisions: rank by rank, and then by what they decide. */
const FIRST_CANDIDATE = 2 ** 29;
const MOST_CANDIDATE_DECISIONS = 2 ** 10;
const MOST_RANKS = 2 ** 19;
const NO_PACKET: ReadonlySet<number> = new Set();

export class RankedMeaning {
  readonly #frame: Frame;
  readonly #rules: RuleMeaning;
  readonly #reader: NodeReader;

  constructor(frame: Frame, rules: RuleMeaning, reader: NodeReader) {
    this.#frame = frame;
    this.#rules = rules;
    this.#reader = reader;
  }

  /** The candidates as a list in the order of ranks; undefined where that is not the same, or not known to be. */
  asList(node: Ranked, place: Place): Outcome | undefined {
    const { atoms, diagrams, outcomes } = this.#frame;
    const context = { rows: place.rows, registers: GOES_ON.registers };
    const tests = {
      admitted: (one: Switch) => {
        disjointUnion(one);
        return this.#reader.admitted(one, GOES_ON, place);
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
  after({ searches, origin }: Ranked, before: Outcome, place: Place): Outcome {
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
        const { decision, registers } = this.#reader.after(search, state, place);
        if (!outcomes.equal({ decision: NOTHING, registers }, state)) {
          throw new Unprovable(origin, 'one of the searches does more than decide');
        }
        return decision;
      })
      .reduce((a, b) => diagrams.combine(better, a, b), NOTHING);
    return outcomes.follow(before, { decision: diagrams.combine(decided, best, NOTHING), registers: new Map() });
  }

  candidates({ rules, ranks }: Candidates, before: Outcome, place: Place): Outcome {
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
}

function requirePlain(rule: ProgramRule): void {
  if (rule.gates.length === 0 && rule.effects.length === 0 && rule.decision) return;
  throw new Unprovable(rule.origin, 'one of the candidates does more than decide');
}

/** What is found for good goes before any candidate, and before what is found for good later. */
function betterOf(first: number, second: number): 'first' | 'second' {
  if (first < FIRST_CANDIDATE) return 'first';
  return second < FIRST_CANDIDATE || second < first ? 'second' : 'first';
}

function decisionIn(value: number): number {
  return value < FIRST_CANDIDATE ? value : (value - FIRST_CANDIDATE) % MOST_CANDIDATE_DECISIONS;
}
