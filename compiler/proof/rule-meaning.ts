/** What one rule does to every packet at once. */
import type { Cell, Gate } from '../model/condition.ts';
import type { Verdict } from '../model/policy.ts';
import type { Atom, ProgramEffect, ProgramRule } from '../4-program/program.ts';
import type { AtomTests, AtomContext } from './atom-tests.ts';
import { cellInText, NO_ROWS, type BoundRows } from './bound-rows.ts';
import { canonicalText, type Numbering } from './canonical.ts';
import { NOTHING, type Assignment, type Diagram, type Diagrams } from './diagrams.ts';
import { eventOf, type Histories } from './histories.ts';
import { GOES_ON, type Outcome, type Outcomes } from './outcomes.ts';
import { registerOf, registersReadBy, type Registers } from './registers.ts';
import type { RowFinder } from './rows.ts';

/** What both sides of a proof are made with, so that equal parts have equal numbers. */
export interface Frame {
  readonly diagrams: Diagrams;
  readonly atoms: AtomTests;
  readonly outcomes: Outcomes;
  readonly histories: Histories;
  /** Of decisions. */
  readonly decisions: Numbering;
  readonly finder: RowFinder;
  /** Registers that some rule of the stage writes: tests that read them have their place among the rules. */
  readonly written: ReadonlySet<string>;
  /** Follow this packet alone, and tell which rules it meets. */
  readonly only: Assignment | undefined;
  /** Ask all rules one after another, so that `onMet` hears of packets only that no rule before decided about. */
  readonly inOrder?: boolean;
  /** A gate as its text names it: what makes two of them one. By default: all that is said of it. */
  readonly named?: (gate: Gate) => object;
  readonly onMet: (rule: ProgramRule, reached: Diagram) => void;
}

/** Where a rule stands: the row at hand, and how many scopes are around it. */
export interface Place {
  readonly rows: BoundRows;
  readonly depth: number;
}

/** A rule without those of its atoms that found its row. */
export interface PlacedRule {
  readonly rule: ProgramRule;
  readonly atoms: readonly Atom[];
}

export class RuleMeaning {
  readonly #frame: Frame;
  readonly #texts = new WeakMap<object, string>();
  readonly #free = new WeakMap<ProgramRule, boolean>();

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  /** The state after the rule was asked, where `before` is the state that it is asked in. */
  after({ rule, atoms }: PlacedRule, before: Outcome, place: Place): Outcome {
    const { diagrams, atoms: tests } = this.#frame;
    const reached = diagrams.unless(before.decision, tests.family(rule.family));
    let step = this.#conjunction(atoms, { reached, registers: before.registers }, place);
    for (const gate of rule.gates) step = this.#gate(gate, step, place);
    if (step.reached === NOTHING) return { decision: before.decision, registers: step.registers };
    this.#frame.onMet(rule, step.reached);
    let { registers } = step;
    for (const effect of rule.effects) registers = this.#effect(effect, { ...step, registers }, place);
    if (!rule.decision) return { decision: before.decision, registers };
    const number = this.#frame.decisions.numberOf(this.#decisionText(rule, place));
    const decides = diagrams.when(step.reached, diagrams.value(number));
    return { decision: diagrams.orElse(before.decision, decides), registers };
  }

  /** Whether what the rule does hangs on nothing that rules before it did. */
  isFree(rule: ProgramRule): boolean {
    if (this.#frame.only) return false;
    let free = this.#free.get(rule);
    if (free === undefined) this.#free.set(rule, (free = this.#hangsOnNothing(rule)));
    return free;
  }

  #hangsOnNothing({ atoms, gates, effects }: ProgramRule): boolean {
    const areFree = (list: readonly Atom[]) => list.every((atom) => this.isFreeAtom(atom));
    return (
      gates.length === 0 &&
      areFree(atoms) &&
      effects.every((effect) => effect.gates.length === 0 && effect.when.every(areFree))
    );
  }

  /** Whether the atom's answer hangs on nothing that rules before it did. */
  isFreeAtom({ test }: Atom): boolean {
    return test.kind !== 'opaque' && !registersReadBy(test).some((name) => this.#frame.written.has(name));
  }

  /** The packets that meet all atoms; what is opaque is asked last, of those that meet all else. */
  #conjunction(atoms: readonly Atom[], { reached, registers }: Step, place: Place): Step {
    const { diagrams, atoms: tests } = this.#frame;
    const context: AtomContext = { rows: place.rows, registers };
    const ordinary = tests.all(
      atoms.filter(({ test }) => test.kind !== 'opaque'),
      context,
    );
    let step: Step = { reached: diagrams.when(reached, ordinary), registers };
    for (const { test, negated } of atoms) {
      if (test.kind !== 'opaque' || step.reached === NOTHING) continue;
      step = this.#asked(`opaque ${test.plane}: ${test.text}`, step, negated);
    }
    return step;
  }

  #gate(gate: Gate, step: Step, { rows }: Place): Step {
    if (step.reached === NOTHING) return step;
    const text = canonicalText(this.#frame.named?.(gate) ?? gate, (cell, key) => cellInText(cell, key, rows));
    return this.#asked(`gate ${text}`, step, false);
  }

  /** An answer that is another each time it is asked for, and the packets that ask. */
  #asked(name: string, { reached, registers }: Step, negated: boolean): Step {
    const { diagrams, atoms, outcomes, histories } = this.#frame;
    const register = registers.get(name) ?? NOTHING;
    const answers = diagrams.valuesOf(register).map((history) => {
      const here = history === 0 ? diagrams.not(register) : diagrams.where(register, history);
      return diagrams.when(here, atoms.asked(`${name}, asked after ${history}`));
    });
    const yes = diagrams.firstOf(answers);
    const asking = diagrams.value(histories.single({ kind: 'other', text: name }));
    return {
      reached: negated ? diagrams.unless(yes, reached) : diagrams.when(reached, yes),
      registers: outcomes.written(registers, name, diagrams.when(reached, asking)),
    };
  }

  #effect(effect: ProgramEffect, { reached, registers }: Step, place: Place): Registers {
    const { diagrams, outcomes, histories } = this.#frame;
    const cellText = (cell: Cell, key: string) => cellInText(cell, key, place.rows);
    const text = canonicalText(effect.effect, cellText);
    const event = diagrams.value(histories.single(eventOf(effect.effect, text, (cell) => cellText(cell, 'value'))));
    const name = registerOf(effect, text);
    let after = registers;
    // The conjunctions exclude each other, so each packet meets one at most.
    for (const atoms of effect.when) {
      let step = this.#conjunction(atoms, { reached, registers: after }, place);
      for (const gate of effect.gates) step = this.#gate(gate, step, place);
      after = outcomes.written(step.registers, name, diagrams.when(step.reached, event));
    }
    return after;
  }

  #decisionText({ decision }: ProgramRule, { rows, depth }: Place): string {
    if (decision!.kind === 'verdict' && decision!.verdict.kind === 'leave') return leaveText(depth);
    const make = () => canonicalText(decision, (cell, key) => cellInText(cell, key, rows));
    if (rows !== NO_ROWS) return make();
    let text = this.#texts.get(decision!);
    if (text === undefined) this.#texts.set(decision!, (text = make()));
    return text;
  }
}

/** The packets that are still asked, and what happened to each so far. */
interface Step {
  readonly reached: Diagram;
  readonly registers: Registers;
}

/** The decision for a verdict, whichever rule says it. */
export function verdictText(verdict: Verdict): string {
  return canonicalText({ kind: 'verdict', verdict }, (cell) => cell);
}

/** The decision to go on behind the scope at hand. */
export function leaveText(depth: number): string {
  return `leave scope ${depth}`;
}

/** A walk over a list of parts: those that hang on nothing before them are joined in pairs, the others follow in order. */
export function afterList<Part>(
  parts: readonly Part[],
  before: Outcome,
  outcomes: Outcomes,
  isFree: (part: Part) => boolean,
  after: (part: Part, before: Outcome) => Outcome,
): Outcome {
  let state = before;
  let free: Outcome[] = [];
  for (const part of parts) {
    if (isFree(part)) {
      free.push(after(part, GOES_ON));
      continue;
    }
    state = after(part, outcomes.follow(state, outcomes.inOrder(free)));
    free = [];
  }
  return outcomes.follow(state, outcomes.inOrder(free));
}
