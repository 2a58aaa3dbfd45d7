/**
 * Sets as entries of a ternary table by the diagram of their bits: the irredundant sum of products of S. Minato, "Fast generation
 * of irredundant sum-of-products forms from binary decision diagrams", 1992. An entry may be of several ranges at once, which
 * entries made range by range are not.
 */
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { MaskedValue } from '../../../compiler/net/masked.ts';

/** Entries that together are exactly the set, none of which can be left out. Takes time with intervals times bits. */
export function irredundantEntries(set: IntervalSet): MaskedValue[] {
  const { width } = set;
  return new SumOfProducts(width).of(set).map(({ value, mask }) => new MaskedValue(width, value, mask));
}

/** Value and mask without a width. */
interface Bits {
  readonly value: bigint;
  readonly mask: bigint;
}

/** A node of the diagram by its number: 0 holds no value, 1 holds all. */
type Node = number;

const NONE: Node = 0;
const ALL: Node = 1;

/** More nodes than any diagram here has: two numbers make one key. */
const NODES = 2 ** 26;

interface Products {
  readonly entries: readonly Bits[];
  /** What the entries hold. */
  readonly held: Node;
}

class SumOfProducts {
  readonly #width: number;
  /** By node: the bit that it asks, counted from the highest, and where it leads to. */
  readonly #levels: number[];
  readonly #zeros: Node[] = [NONE, ALL];
  readonly #ones: Node[] = [NONE, ALL];
  readonly #numbers = new Map<string, Node>();
  readonly #less = new Map<number, Node>();
  readonly #both = new Map<number, Node>();
  readonly #either = new Map<number, Node>();
  readonly #products = new Map<number, Products>();

  constructor(width: number) {
    this.#width = width;
    this.#levels = [width, width];
  }

  of(set: IntervalSet): readonly Bits[] {
    const intervals = Array.from({ length: set.intervalCount }, (_, at): readonly [bigint, bigint] => [
      BigInt(set.lowAt(at)),
      BigInt(set.highAt(at)),
    ]);
    const whole = this.#diagram(intervals, 0, 0n);
    return this.#between(whole, whole).entries;
  }

  /** Of the values that begin with the bits of `start` above the level; of intervals that have some of them. */
  #diagram(intervals: readonly (readonly [bigint, bigint])[], level: number, start: bigint): Node {
    const [first] = intervals;
    if (!first) return NONE;
    const size = 1n << BigInt(this.#width - level);
    if (first[0] <= start && first[1] >= start + size - 1n) return ALL;
    const middle = start + size / 2n;
    const below = intervals.filter(([low]) => low < middle);
    const above = intervals.filter(([, high]) => high >= middle);
    return this.#node(level, this.#diagram(below, level + 1, start), this.#diagram(above, level + 1, middle));
  }

  #node(level: number, zero: Node, one: Node): Node {
    if (zero === one) return zero;
    const key = `${level} ${zero} ${one}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#levels.length;
    this.#levels.push(level);
    this.#zeros.push(zero);
    this.#ones.push(one);
    this.#numbers.set(key, number);
    return number;
  }

  /** What follows a bit; where the node does not ask it, the node itself. */
  #halves(node: Node, level: number): readonly [zero: Node, one: Node] {
    return this.#levels[node] === level ? [this.#zeros[node]!, this.#ones[node]!] : [node, node];
  }

  #upper(a: Node, b: Node): number {
    return Math.min(this.#levels[a]!, this.#levels[b]!);
  }

  /** What `a` holds and `b` does not. */
  #without(a: Node, b: Node): Node {
    if (a === NONE || b === ALL || a === b) return NONE;
    if (b === NONE) return a;
    return this.#remembered(this.#less, a, b, () => {
      const level = this.#upper(a, b);
      const [[a0, a1], [b0, b1]] = [this.#halves(a, level), this.#halves(b, level)];
      return this.#node(level, this.#without(a0, b0), this.#without(a1, b1));
    });
  }

  #intersection(a: Node, b: Node): Node {
    if (a === NONE || b === NONE) return NONE;
    if (a === ALL || a === b) return b;
    if (b === ALL) return a;
    return this.#remembered(this.#both, a, b, () => {
      const level = this.#upper(a, b);
      const [[a0, a1], [b0, b1]] = [this.#halves(a, level), this.#halves(b, level)];
      return this.#node(level, this.#intersection(a0, b0), this.#intersection(a1, b1));
    });
  }

  #union(a: Node, b: Node): Node {
    if (a === ALL || b === ALL) return ALL;
    if (a === NONE || a === b) return b;
    if (b === NONE) return a;
    return this.#remembered(this.#either, a, b, () => {
      const level = this.#upper(a, b);
      const [[a0, a1], [b0, b1]] = [this.#halves(a, level), this.#halves(b, level)];
      return this.#node(level, this.#union(a0, b0), this.#union(a1, b1));
    });
  }

  /** Entries that hold at least `least`, and nothing outside of `most`. */
  #between(least: Node, most: Node): Products {
    if (least === NONE) return { entries: [], held: NONE };
    if (most === ALL) return { entries: [{ value: 0n, mask: 0n }], held: ALL };
    return this.#remembered(this.#products, least, most, () => {
      const level = this.#upper(least, most);
      const [least0, least1] = this.#halves(least, level);
      const [most0, most1] = this.#halves(most, level);
      // What only one value of the bit may have, needs the bit; what is left then, needs it not.
      const zero = this.#between(this.#without(least0, most1), most0);
      const one = this.#between(this.#without(least1, most0), most1);
      const left = this.#union(this.#without(least0, zero.held), this.#without(least1, one.held));
      const either = this.#between(left, this.#intersection(most0, most1));
      const bit = 1n << BigInt(this.#width - 1 - level);
      const entries = [
        ...zero.entries.map(({ value, mask }) => ({ value, mask: mask | bit })),
        ...one.entries.map(({ value, mask }) => ({ value: value | bit, mask: mask | bit })),
        ...either.entries,
      ];
      const held = this.#node(level, this.#union(zero.held, either.held), this.#union(one.held, either.held));
      return { entries, held };
    });
  }

  #remembered<Value>(known: Map<number, Value>, a: Node, b: Node, make: () => Value): Value {
    const key = a * NODES + b;
    const found = known.get(key) ?? make();
    known.set(key, found);
    return found;
  }
}
