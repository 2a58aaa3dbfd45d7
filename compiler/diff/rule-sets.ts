/** Which rules speak of which packets, as diagrams whose values are numbers of sets of rules. */
import type { ProgramEffect, ProgramRule } from '../4-program/program.ts';
import { NOTHING, type Diagram, type Diagrams, type Operation } from '../proof/diagrams.ts';
import type { Gate } from '../model/condition.ts';
import { registerOf } from '../proof/registers.ts';
import type { NamedGate } from './limits.ts';
import type { Spoken } from '../proof/machine/spoken.ts';

/** Beginning of the registers of limits that packets ask; see rule-meaning. */
export const GATE = 'gate ';
export const DECISION = 'decision';

const NO_PACKET: ReadonlySet<number> = new Set();

export class RuleSets {
  readonly #diagrams: Diagrams;
  readonly #code: number;
  readonly #named: NamedGate;
  readonly #hits: { readonly spoken: Spoken; readonly place: number; readonly packets: Diagram }[] = [];
  readonly #spoken: Spoken[] = [];
  readonly #places = new Map<Spoken['kind'], Map<unknown, number>>();
  readonly #numbers = new Map<string, number>();
  readonly #sets: (readonly number[])[] = [[]];

  /** `code`: of the operation that joins sets; no other has it. `named`: how registers call the limits of these rules. */
  constructor(diagrams: Diagrams, code: number, named: NamedGate) {
    this.#diagrams = diagrams;
    this.#code = code;
    this.#named = named;
  }

  add(spoken: Spoken, packets: Diagram): void {
    if (packets !== NOTHING) this.#hits.push({ spoken, place: this.#placeOf(spoken), packets });
  }

  /** The rules that speak of this aspect of a packet: numbers of sets. */
  speakingOf(aspect: string): Diagram {
    const join: Operation = {
      code: this.#code,
      plain: (a, b) => {
        if (a === NOTHING || a === b) return b;
        if (b === NOTHING) return a;
        if (!this.#diagrams.isValue(a) || !this.#diagrams.isValue(b)) return -1;
        const both = [a, b].flatMap((one) => this.#sets[this.#diagrams.valueAt(one, NO_PACKET)]!);
        return this.#diagrams.value(this.#numberOf(both));
      },
    };
    const speaks = speakersOf(aspect, this.#named);
    return this.#hits
      .filter(({ spoken }) => speaks(spoken))
      .reduce<Diagram>((all, { place, packets }) => {
        const set = this.#numberOf([place]);
        return this.#diagrams.combine(join, all, this.#diagrams.when(packets, this.#diagrams.value(set)));
      }, NOTHING);
  }

  /** The number of all rules of these sets. */
  joined(sets: readonly number[]): number {
    return this.#numberOf(sets.flatMap((set) => this.#sets[set]!));
  }

  /** The rules of sets together, in the order in which they are asked. */
  rulesOf(numbers: readonly number[]): readonly Spoken[] {
    const places = new Set(numbers.flatMap((number) => this.#sets[number]!));
    return [...places].toSorted((a, b) => a - b).map((place) => this.#spoken[place]!);
  }

  /** Rules of one statement of the policy are one. */
  #placeOf(spoken: Spoken): number {
    const { kind } = spoken;
    const places = this.#places.get(kind) ?? new Map<unknown, number>();
    this.#places.set(kind, places);
    const statement = statementOf(spoken);
    const place = places.get(statement) ?? this.#spoken.push(spoken) - 1;
    places.set(statement, place);
    return place;
  }

  #numberOf(places: readonly number[]): number {
    const sorted = [...new Set(places)].toSorted((a, b) => a - b);
    const text = sorted.join();
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.#sets.push(sorted) - 1));
    return number;
  }
}

function statementOf(spoken: Spoken): unknown {
  if (spoken.kind === 'rule') return spoken.rule.origin.span;
  return 'origin' in spoken ? spoken.origin : undefined;
}

/** Whether what packets met speaks of the aspect. */
function speakersOf(aspect: string, named: NamedGate): (spoken: Spoken) => boolean {
  const ofRules = ruleSpeaksOf(aspect, named);
  return (spoken) => (spoken.kind === 'rule' ? ofRules(spoken.rule) : aspect === DECISION);
}

function ruleSpeaksOf(aspect: string, named: NamedGate): (rule: ProgramRule) => boolean {
  if (aspect === DECISION) return ({ decision }) => decision !== undefined;
  if (aspect.startsWith(GATE)) {
    const asks = asksGate(aspect, named);
    return ({ gates, effects }) => gates.some(asks) || effects.some((effect) => effect.gates.some(asks));
  }
  if (!aspect.startsWith('{')) return ({ effects }) => effects.some((effect) => registerOf(effect, '') === aspect);
  const { counter } = JSON.parse(aspect) as { readonly counter?: { readonly name?: string } };
  return ({ effects }) => effects.some((effect) => counts(effect, counter?.name));
}

/** Limits are told by their names, and samples of packets by their shares: rows have no part in either. */
function asksGate(register: string, named: NamedGate): (gate: Gate) => boolean {
  const facts = (gate: object) => GATE_FACTS.map((fact) => (gate as Readonly<Record<string, unknown>>)[fact]).join();
  const wanted = facts(JSON.parse(register.slice(GATE.length)) as object);
  return (gate) => facts(named(gate)) === wanted;
}

const GATE_FACTS = ['kind', 'limiter', 'one', 'of'];

/** Counters are told by their names; those of rows are one. */
function counts({ effect }: ProgramEffect, name: string | undefined): boolean {
  if (effect.kind !== 'count') return false;
  return (effect.counter.kind === 'named' ? effect.counter.name : undefined) === name;
}
