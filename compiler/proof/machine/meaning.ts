/**
 * What a list of rules does to packets, as diagrams: what it decides (0: nothing), and for each thing that it changes, what
 * happens to it. Rules of a policy and rules that were read back have meanings in the same words, so that they can be
 * compared.
 */
import { ALL, FIRST_OWN_OPERATION, NOTHING, type Diagram, type Diagrams, type Operation } from '../diagrams.ts';

export interface Meaning {
  readonly decision: Diagram;
  /** By the name of the thing: what happens to it, in order; things that nothing happens to are left out. */
  readonly effects: ReadonlyMap<string, Diagram>;
}

export const NO_MEANING: Meaning = { decision: NOTHING, effects: new Map() };

/** A rule or a text that this proof has no diagrams for: told, and never passed over. */
export class NotCompared extends Error {}

/** Between events of one thing. */
const THEN = '; then ';
/** How events begin that may change places. */
export const COUNTS = 'counts ';

/** How counters begin that are those of a table's rows. */
export const OF_ROWS = 'counters of rows ';

/** How memories begin, as things that packets write; and as things that packets look into. */
export const MEMORY = 'memory ';
const LOOKS = 'looks into memory ';
const LOOKED = 'looked';

/** The decision to go on behind the chain that was jumped to, or behind the group. */
const RETURN = 'return';

export class Meanings {
  readonly diagrams: Diagrams;
  readonly #join: Operation;
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #return: number;

  constructor(diagrams: Diagrams) {
    this.diagrams = diagrams;
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
  textOf(value: number): string {
    return this.#texts[value] ?? '';
  }

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

  /** A chain as a rule that jumps to it sees it: what it returns goes on. */
  called({ decision, effects }: Meaning): Meaning {
    return { decision: this.diagrams.without(decision, this.#return), effects };
  }

  /** A chain as a rule that goes there for good sees it: what it does not decide returns. */
  entered({ decision, effects }: Meaning): Meaning {
    return { decision: this.diagrams.orElse(decision, this.valueOf(RETURN)), effects };
  }

  /** One after another, each for what the ones before it did not decide; in halves, so that long lists stay cheap. */
  sequence(list: readonly Meaning[], from = 0, to = list.length): Meaning {
    if (to - from === 0) return NO_MEANING;
    if (to - from === 1) return list[from]!;
    const middle = (from + to) >> 1;
    const first = this.sequence(list, from, middle);
    const second = this.sequence(list, middle, to);
    const effects = new Map(first.effects);
    for (const [thing, what] of second.effects) {
      const reached = this.diagrams.unless(first.decision, what);
      if (thing.startsWith(LOOKS)) this.#requireUnwritten(thing.slice(LOOKS.length), first, reached);
      effects.set(thing, this.joined(effects.get(thing) ?? NOTHING, reached));
    }
    return { decision: this.diagrams.orElse(first.decision, second.decision), effects };
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

/** `mark & KEEP | VALUE` */
export function markEvent(keep: number, value: number): string {
  return `mark & ${(keep & ~value) >>> 0} | ${value >>> 0}`;
}

/** Of marks only what they come to counts; counters count in any order; all else is a list. */
function joinedEvents(first: string, second: string): string {
  if (first === LOOKED && second === LOOKED) return LOOKED;
  const events = [first, second].flatMap((text) => text.split(THEN));
  if (events.every((event) => event.startsWith(COUNTS))) return events.toSorted().join(THEN);
  // Nothing is left of what a mark was before it becomes another.
  if (second.startsWith('mark & 0 |')) return second;
  const [a, b] = [first, second].map((text) => /^mark & (\d+) \| (\d+)$/.exec(text));
  if (!a || !b) return events.join(THEN);
  const [keepA, valueA, keepB, valueB] = [a[1], a[2], b[1], b[2]].map(Number) as [number, number, number, number];
  return markEvent(keepA & keepB, (valueA & keepB) | valueB);
}

/** The meaning without what is only looked at. */
export function withoutLooks({ decision, effects }: Meaning): Meaning {
  return { decision, effects: new Map([...effects].filter(([thing]) => !thing.startsWith(LOOKS))) };
}
