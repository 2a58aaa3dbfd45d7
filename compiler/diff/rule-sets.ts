/** Which rules speak of which packets, as diagrams whose values are numbers of sets of rules. */
import type { ProgramEffect, ProgramRule } from '../4-program/program.ts';
import { NOTHING, type Diagram, type Diagrams, type Operation } from '../proof/diagrams.ts';
import { registerOf } from '../proof/registers.ts';
import type { Spoken } from './stage-meaning.ts';

/** Beginning of the registers of limits that packets ask; see rule-meaning. */
export const GATE = 'gate ';
export const DECISION = 'decision';

const NO_PACKET: ReadonlySet<number> = new Set();

export class RuleSets {
  readonly #diagrams: Diagrams;
  readonly #code: number;
  readonly #hits: { readonly spoken: Spoken; readonly packets: Diagram }[] = [];
  readonly #spoken: Spoken[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #sets: (readonly number[])[] = [[]];

  /** `code`: of the operation that joins sets; no other has it. */
  constructor(diagrams: Diagrams, code: number) {
    this.#diagrams = diagrams;
    this.#code = code;
  }

  add(spoken: Spoken, packets: Diagram): void {
    if (packets !== NOTHING) this.#hits.push({ spoken, packets });
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
    return this.#hits
      .filter(({ spoken }) => speaksOf(spoken, aspect))
      .reduce<Diagram>((all, { spoken, packets }) => {
        const set = this.#numberOf([this.#placeOf(spoken)]);
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
    const known = this.#spoken.findIndex((other) => isSame(other, spoken));
    return known < 0 ? this.#spoken.push(spoken) - 1 : known;
  }

  #numberOf(places: readonly number[]): number {
    const sorted = [...new Set(places)].toSorted((a, b) => a - b);
    const text = sorted.join();
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.#sets.push(sorted) - 1));
    return number;
  }
}

function isSame(one: Spoken, other: Spoken): boolean {
  if (one.kind !== 'rule' || other.kind !== 'rule') return one.kind === other.kind && originOf(one) === originOf(other);
  return one.rule.origin.span === other.rule.origin.span;
}

function originOf(spoken: Spoken): unknown {
  return 'origin' in spoken ? spoken.origin : undefined;
}

function speaksOf(spoken: Spoken, aspect: string): boolean {
  if (spoken.kind !== 'rule') return aspect === DECISION;
  const { rule } = spoken;
  if (aspect === DECISION) return rule.decision !== undefined;
  if (aspect.startsWith(GATE)) return hasGates(rule);
  return rule.effects.some((effect) => writes(effect, aspect));
}

function hasGates({ gates, effects }: ProgramRule): boolean {
  return gates.length > 0 || effects.some((effect) => effect.gates.length > 0);
}

/** Counters are told by their names; those of rows are one. */
function writes(effect: ProgramEffect, aspect: string): boolean {
  if (effect.effect.kind !== 'count') return registerOf(effect, '') === aspect;
  if (!aspect.startsWith('{')) return false;
  const { counter } = effect.effect;
  const { counter: written } = JSON.parse(aspect) as { readonly counter?: { readonly name?: string } };
  return written !== undefined && (counter.kind === 'named' ? counter.name : undefined) === written.name;
}
