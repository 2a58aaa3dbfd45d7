/** Variables of diagrams for what no field gives: answers, and numbers of rows. */
import { TERMINAL } from './node-table.ts';

/** Consecutive variables that stand for one thing. */
export interface FreeVariable {
  readonly text: string;
  readonly first: number;
  readonly width: number;
}

/**
 * What is asked again and again (a bucket, a plane's own words) has its variables behind all others: what a diagram says of a
 * packet is then a function of those alone.
 */
export class FreeVariables {
  readonly #known = new Map<string, FreeVariable>();
  #next: number;
  #last: number = TERMINAL;

  /** `first`: the first variable that no field has. */
  constructor(first: number) {
    this.#next = first;
  }

  /** The first variable of those behind all others. */
  get firstOfLast(): number {
    return this.#last;
  }

  /** Those that are not behind all others, in their order. */
  get inOrder(): readonly FreeVariable[] {
    return [...this.#known.values()].filter(({ first }) => first < this.#last);
  }

  get all(): readonly FreeVariable[] {
    return [...this.#known.values()];
  }

  /** The variables for a text, the same for equal texts. */
  of(text: string, width: number): FreeVariable {
    const known = this.#known.get(text);
    if (known) return known;
    const first = this.#next;
    this.#next += width;
    return this.#add({ text, first, width });
  }

  /** One variable behind all that `of` gives. */
  last(text: string): FreeVariable {
    return this.#known.get(text) ?? this.#add({ text, first: --this.#last, width: 1 });
  }

  #add(variable: FreeVariable): FreeVariable {
    if (this.#next > this.#last) throw new RangeError('too many answers that no field gives');
    this.#known.set(variable.text, variable);
    return variable;
  }
}
