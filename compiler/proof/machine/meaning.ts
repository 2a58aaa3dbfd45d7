/**
 * What a list of rules does to packets, as diagrams: what it decides (0: nothing), and for each thing that it changes, what
 * happens to it. Rules of a policy and rules that were read back have meanings in the same words, so that they can be
 * compared.
 */
import { ALL, FIRST_OWN_OPERATION, NOTHING, type Diagram, type Diagrams, type Operation } from '../diagrams.ts';
import type { FieldLayout } from '../fields.ts';
import { joinedEvents, LOOKED } from './events.ts';
import { NotCompared } from './not-compared.ts';
import { Rewritten, WRITTEN_FIELDS } from './rewritten.ts';

export interface Meaning {
  readonly decision: Diagram;
  /** By the name of the thing: what happens to it, in order; things that nothing happens to are left out. */
  readonly effects: ReadonlyMap<string, Diagram>;
}

export const NO_MEANING: Meaning = { decision: NOTHING, effects: new Map() };

/** How counters begin that are those of a table's rows. */
export const OF_ROWS = 'counters of rows ';

/** How memories begin, as things that packets write; and as things that packets look into. */
export const MEMORY = 'memory ';
const LOOKS = 'looks into memory ';

/** The decision to go on behind the chain that was jumped to, or behind the group. */
const RETURN = 'return';

export class Meanings {
  readonly diagrams: Diagrams;
  readonly #join: Operation;
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #return: number;
  readonly #rewritten: Rewritten;

  constructor(diagrams: Diagrams, layout: FieldLayout) {
    this.diagrams = diagrams;
    this.#rewritten = new Rewritten(diagrams, layout, this.textOf, FIRST_OWN_OPERATION - 1);
    this.#number('');
    this.#return = this.#number(RETURN);
    this.#join = {
      code: FIRST_OWN_OPERATION,
      plain: (a, b) => {
        if (a === NOTHING) return b;
        if (b === NOTHING) return a;
        return diagrams.isValue(a) && diagrams.isValue(b) ? this.#both(a, b) : -1;
      },
    };
  }

  /** The text behind a value at the end of a diagram. */
  readonly textOf = (value: number): string => this.#texts[value] ?? '';

  /** Every packet of the set is decided so. */
  decides(set: Diagram, text: string): Meaning {
    return { decision: this.diagrams.when(set, this.valueOf(text)), effects: new Map() };
  }

  /** To every packet of the set this happens to the thing. */
  affects(set: Diagram, thing: string, event: string): Meaning {
    return { decision: NOTHING, effects: new Map([[thing, this.diagrams.when(set, this.valueOf(event))]]) };
  }

  /** Every packet of the set looks into the memory, which does nothing to it. */
  looksInto(set: Diagram, memory: string): Meaning {
    return this.affects(set, `${LOOKS}${memory}`, LOOKED);
  }

  returns(set: Diagram): Meaning {
    return this.decides(set, RETURN);
  }

  /** Whether a decision is to go back to where the chain was asked. */
  isReturn(decision: number): boolean {
    return decision === this.#return;
  }

  valueOf(text: string): Diagram {
    return this.diagrams.value(this.#number(text));
  }

  /** The meaning for packets of the set, nothing for others. */
  within(set: Diagram, { decision, effects }: Meaning): Meaning {
    if (set === ALL) return { decision, effects };
    return {
      decision: this.diagrams.when(set, decision),
      effects: new Map([...effects].map(([thing, what]) => [thing, this.diagrams.when(set, what)])),
    };
  }

  /** Whatever is decided is this instead; what returns still does. */
  renamed({ decision, effects }: Meaning, text: string): Meaning {
    const { diagrams } = this;
    const returns = diagrams.where(decision, this.#return);
    const decided = diagrams.when(diagrams.unless(returns, decision), this.valueOf(text));
    return { decision: diagrams.orElse(decided, diagrams.when(returns, this.valueOf(RETURN))), effects };
  }

  /** A chain as a rule that jumps to it sees it: what it returns goes on. */
  called({ decision, effects }: Meaning): Meaning {
    return { decision: this.diagrams.without(decision, this.#return), effects };
  }

  /** A chain as a rule that goes there for good sees it: what it does not decide returns. */
  entered({ decision, effects }: Meaning): Meaning {
    return { decision: this.diagrams.orElse(decision, this.valueOf(RETURN)), effects };
  }

  /** Rules one after another: each for what the ones before it did not decide, and of packets as those left them. */
  sequence(list: readonly Meaning[]): Meaning {
    return this.#inHalves(list, 0, list.length, (first, second) => this.#then(first, this.#seenBehind(first, second)));
  }

  /** What one rule does, step by step: of which packets was asked before the first of them. */
  steps(list: readonly Meaning[]): Meaning {
    return this.#inHalves(list, 0, list.length, (first, second) => this.#then(first, second));
  }

  /** What a diagram of packets as they are after these effects says of them as they came. */
  seenAfter({ effects }: Meaning, diagram: Diagram): Diagram {
    return this.#rewritten.behind(effects, diagram);
  }

  /** In halves, so that long lists stay cheap. */
  #inHalves(
    list: readonly Meaning[],
    from: number,
    to: number,
    joined: (first: Meaning, second: Meaning) => Meaning,
  ): Meaning {
    if (to - from <= 1) return from < to ? list[from]! : NO_MEANING;
    const middle = (from + to) >> 1;
    return joined(this.#inHalves(list, from, middle, joined), this.#inHalves(list, middle, to, joined));
  }

  /** The second as packets meet it that the first has changed and not decided about. */
  #seenBehind(first: Meaning, second: Meaning): Meaning {
    const changes = new Map(
      WRITTEN_FIELDS.flatMap((field) => {
        const changed = this.diagrams.unless(first.decision, first.effects.get(field) ?? NOTHING);
        return changed === NOTHING ? [] : [[field, changed] as const];
      }),
    );
    if (changes.size === 0) return second;
    const seen = (diagram: Diagram) => this.#rewritten.behind(changes, diagram);
    const effects = new Map([...second.effects].map(([thing, what]) => [thing, seen(what)]));
    return { decision: seen(second.decision), effects };
  }

  /** The second for what the first did not decide. */
  #then(first: Meaning, second: Meaning): Meaning {
    const effects = new Map(first.effects);
    for (const [thing, what] of second.effects) {
      const reached = this.diagrams.unless(first.decision, what);
      if (thing.startsWith(LOOKS)) this.#requireUnwritten(thing.slice(LOOKS.length), first, reached);
      effects.set(thing, this.joined(effects.get(thing) ?? NOTHING, reached));
    }
    return { decision: this.diagrams.orElse(first.decision, second.decision), effects };
  }

  /** A thing with other events, or without those that become undefined. */
  mapped(thing: Diagram, to: (event: string) => string | undefined): Diagram {
    const { diagrams } = this;
    const values = diagrams.valuesOf(thing).filter((value) => value !== NOTHING);
    const unlike = values.filter((value) => to(this.textOf(value)) !== this.textOf(value));
    return unlike.reduce((all, value) => {
      const event = to(this.textOf(value));
      const others = diagrams.without(all, value);
      return event === undefined
        ? others
        : diagrams.orElse(others, diagrams.when(diagrams.where(all, value), this.valueOf(event)));
    }, thing);
  }

  /** Two things as one: what happens to the first, and then to the second. */
  joined(first: Diagram, second: Diagram): Diagram {
    return this.diagrams.combine(this.#join, first, second);
  }

  /** Throws NotCompared where a packet of the set has written to the memory. */
  #requireUnwritten(memory: string, { effects }: Meaning, looking: Diagram): void {
    const written = effects.get(`${MEMORY}${memory}`);
    if (written === undefined) return;
    const others = this.diagrams.unless(written, looking);
    if (others !== looking) throw new NotCompared('a memory that a packet looks into behind what it wrote there');
  }

  #both(first: Diagram, second: Diagram): Diagram {
    const [a, b] = [first, second].map((diagram) => this.textOf(this.diagrams.valuesOf(diagram)[0]!));
    return this.valueOf(joinedEvents(a!, b!));
  }

  #number(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#texts.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}

/** The meaning without what is only looked at. */
export function withoutLooks({ decision, effects }: Meaning): Meaning {
  return { decision, effects: new Map([...effects].filter(([thing]) => !thing.startsWith(LOOKS))) };
}
