/**
 * Functions of a packet as reduced ordered decision diagrams with integers at their ends. A diagram is the number of its
 * root; within one `Diagrams`, two functions are equal exactly if their numbers are.
 *
 * The value 0 means "no" or "nothing happened" and every other value something that did, so one kind of diagram serves for
 * sets of packets (0 and 1) and for what happens to them (0, or the number of a decision, of a history, …):
 * `when(set, outcome)` is the outcome in the set, `orElse(first, second)` the first that is something, and for sets these
 * are "and" and "or".
 */
import type { IntervalSet } from '../net/interval-set.ts';
import { intervalDiagram } from './interval-diagram.ts';
import { NodeTable, TERMINAL } from './node-table.ts';

/** A function of the variables, by number; only good for the `Diagrams` that made it. */
export type Diagram = number;

/** 0 for every packet: the empty set, nothing. */
export const NOTHING: Diagram = 0;
/** 1 for every packet: the set of all packets. */
export const ALL: Diagram = 1;

/** Variables that are 1; all others are 0. One packet, with an answer to all that no field gives. */
export type Assignment = ReadonlySet<number>;

/** What an operation does with two values. */
export interface Operation {
  /** Names it among what is remembered: `FIRST_OWN_OPERATION` or less, another for each operation. */
  readonly code: number;
  /** The result where it is plain without looking deeper (two terminals always are); −1 elsewhere. */
  readonly plain: (a: Diagram, b: Diagram) => Diagram;
}

/** Variables that have values of their own: `value` in the bits of `mask`, as a number from `first` on, the most significant first. */
export interface FixedBits {
  readonly first: number;
  readonly width: number;
  readonly mask: number;
  readonly value: number;
}

const OR_ELSE = -1;
const WHEN = -2;
const UNLESS = -3;
const WHERE = -4;
const WITHOUT = -5;
const UNLIKE = -6;
const SIMPLIFIED = -7;
/** Codes of operations that callers make count down from here. */
export const FIRST_OWN_OPERATION = -16;

export class Diagrams {
  readonly #nodes: NodeTable;
  readonly #orElse: Operation;
  readonly #when: Operation;
  readonly #unless: Operation;
  readonly #where: Operation;
  readonly #without: Operation;
  readonly #unlike: Operation;
  /** Which walk of `valuesOf` came by each node last. */
  #walks = new Uint32Array(0);
  #walk = 0;

  /** `budget`: bytes that the diagrams may take. Every operation throws `OutOfBudget` beyond. */
  constructor(budget: number) {
    const nodes = new NodeTable(budget);
    this.#nodes = nodes;
    this.value(0);
    this.value(1);
    const isTerminal = (diagram: Diagram) => nodes.levels[diagram] === TERMINAL;
    this.#orElse = {
      code: OR_ELSE,
      plain: (a, b) => (a === NOTHING ? b : b === NOTHING || a === b || isTerminal(a) ? a : -1),
    };
    this.#when = {
      code: WHEN,
      plain: (a, b) => (a === NOTHING || b === NOTHING ? NOTHING : isTerminal(a) ? b : -1),
    };
    this.#unless = {
      code: UNLESS,
      plain: (a, b) => (a === NOTHING ? b : b === NOTHING || isTerminal(a) || a === b ? NOTHING : -1),
    };
    this.#where = { code: WHERE, plain: (a, b) => (a === b ? ALL : isTerminal(a) ? NOTHING : -1) };
    this.#without = { code: WITHOUT, plain: (a, b) => (a === b ? NOTHING : isTerminal(a) ? a : -1) };
    this.#unlike = {
      code: UNLIKE,
      plain: (a, b) => (a === b ? NOTHING : isTerminal(a) && isTerminal(b) ? ALL : -1),
    };
  }

  /** How many nodes were made so far, those no longer needed included. */
  get nodeCount(): number {
    return this.#nodes.count;
  }

  /** The same value, an integer from 0 on, for every packet. */
  value(value: number): Diagram {
    return this.#nodes.terminal(value);
  }

  /** The first variable that the diagram asks; greater than all where it asks none. */
  levelOf(diagram: Diagram): number {
    return this.#nodes.levels[diagram]!;
  }

  /** Whether the diagram has one value for all packets. */
  isValue(diagram: Diagram): boolean {
    return this.#nodes.levels[diagram] === TERMINAL;
  }

  /** What the diagram says where its first variable is 0, and where it is 1. */
  branches(diagram: Diagram): readonly [low: Diagram, high: Diagram] {
    return [this.#nodes.lows[diagram]!, this.#nodes.highs[diagram]!];
  }

  /** The packets whose variable is 1. */
  variable(level: number): Diagram {
    return this.#nodes.node(level, NOTHING, ALL);
  }

  /** What `low` says where the variable is 0, and `high` where it is 1; both must ask later variables only. */
  choice(level: number, low: Diagram, high: Diagram): Diagram {
    return this.#nodes.node(level, low, high);
  }

  /** The packets whose number in the variables from `first` on, most significant first, is in the set. */
  inSet(first: number, set: IntervalSet): Diagram {
    return intervalDiagram(set, (bit, low, high) => this.#nodes.node(first + bit, low, high));
  }

  /** `first` where it is something, `second` elsewhere; of sets, their union. */
  orElse(first: Diagram, second: Diagram): Diagram {
    return this.combine(this.#orElse, first, second);
  }

  /** `then` in the set (where `set` is something), nothing elsewhere; of sets, their intersection. */
  when(set: Diagram, then: Diagram): Diagram {
    return this.combine(this.#when, set, then);
  }

  /** `then` outside the set (where `set` is nothing), nothing in it; of sets, the second without the first. */
  unless(set: Diagram, then: Diagram): Diagram {
    return this.combine(this.#unless, set, then);
  }

  /** The complement of a set. */
  not(set: Diagram): Diagram {
    return this.unless(set, ALL);
  }

  /** `then` in the set, `otherwise` elsewhere. */
  ifThenElse(set: Diagram, then: Diagram, otherwise: Diagram): Diagram {
    // Where both are nothing, so is the result; elsewhere each keeps to its own side.
    return this.orElse(this.when(set, then), this.unless(set, otherwise));
  }

  /** The packets for which the diagram has this value. */
  where(diagram: Diagram, value: number): Diagram {
    return this.combine(this.#where, diagram, this.value(value));
  }

  /** The diagram with nothing where it has this value. */
  without(diagram: Diagram, value: number): Diagram {
    return this.combine(this.#without, diagram, this.value(value));
  }

  /**
   * What the diagram says of packets some of whose variables are these. `code`: names the operation, as that of another one
   * does; each set of values needs its own.
   */
  fixed(diagram: Diagram, bits: FixedBits, code: number): Diagram {
    const nodes = this.#nodes;
    const level = nodes.levels[diagram]!;
    if (level >= bits.first + bits.width) return diagram;
    const known = nodes.recall(code, diagram, diagram);
    if (known >= 0) return known;
    const [low, high] = [nodes.lows[diagram]!, nodes.highs[diagram]!];
    const bit = level < bits.first ? 0 : 2 ** (bits.first + bits.width - 1 - level);
    const isFixed = (bits.mask & bit) !== 0;
    const result = isFixed
      ? this.fixed((bits.value & bit) === 0 ? low : high, bits, code)
      : nodes.node(level, this.fixed(low, bits, code), this.fixed(high, bits, code));
    nodes.remember(code, diagram, diagram, result);
    return result;
  }

  /** The values that the diagram has for some packet, ascending. */
  valuesOf(diagram: Diagram): number[] {
    const values: number[] = [];
    this.#walkNodes(diagram, (node) => {
      if (this.isValue(node)) values.push(this.#nodes.lows[node]!);
    });
    return values.toSorted((a, b) => a - b);
  }

  /** The variables that the diagram asks. */
  levelsOf(diagram: Diagram): ReadonlySet<number> {
    const asked = new Set<number>();
    this.#walkNodes(diagram, (_, level) => {
      if (level !== TERMINAL) asked.add(level);
    });
    return asked;
  }

  /** Whether the diagram asks a variable from `first` to before `end`. */
  asksOf(diagram: Diagram, first: number, end: number): boolean {
    let asks = false;
    this.#walkNodes(diagram, (_, level) => (asks ||= level >= first && level < end));
    return asks;
  }

  /** Each node below the diagram once. */
  #walkNodes(diagram: Diagram, visit: (node: Diagram, level: number) => void): void {
    const { levels, lows, highs, count } = this.#nodes;
    if (this.#walks.length < count) this.#walks = new Uint32Array(levels.length);
    const walks = this.#walks;
    const walk = ++this.#walk;
    const open = [diagram];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (walks[node] === walk) continue;
      walks[node] = walk;
      visit(node, levels[node]!);
      if (levels[node] !== TERMINAL) open.push(lows[node]!, highs[node]!);
    }
  }

  /** The diagram's value for one packet. */
  valueAt(diagram: Diagram, packet: Assignment): number {
    let node = diagram;
    for (let level = this.#nodes.levels[node]!; level !== TERMINAL; level = this.#nodes.levels[node]!) {
      node = (packet.has(level) ? this.#nodes.highs : this.#nodes.lows)[node]!;
    }
    return this.#nodes.lows[node]!;
  }

  /** The packets for which the two have different values. */
  unlike(first: Diagram, second: Diagram): Diagram {
    return this.combine(this.#unlike, first, second);
  }

  /**
   * A diagram that says of these packets what this one does, and of others whatever lets it ask less (O. Coudert and J. C. Madre,
   * "A Unified Framework for the Formal Verification of Sequential Circuits", 1990: "restrict"). Each way down it is one of
   * the packets'. `packets` has at least one.
   */
  simplified(diagram: Diagram, packets: Diagram): Diagram {
    if (packets === ALL || this.isValue(diagram)) return diagram;
    const nodes = this.#nodes;
    const known = nodes.recall(SIMPLIFIED, diagram, packets);
    if (known >= 0) return known;
    const [level, among] = [nodes.levels[diagram]!, nodes.levels[packets]!];
    const [fewer, more] = among > level ? [packets, packets] : this.branches(packets);
    const [low, high] = [nodes.lows[diagram]!, nodes.highs[diagram]!];
    let result: Diagram;
    if (among < level) result = this.simplified(diagram, this.orElse(fewer, more));
    else if (fewer === NOTHING) result = this.simplified(high, more);
    else if (more === NOTHING) result = this.simplified(low, fewer);
    else result = nodes.node(level, this.simplified(low, fewer), this.simplified(high, more));
    nodes.remember(SIMPLIFIED, diagram, packets, result);
    return result;
  }

  /** A packet for which the diagram says something; undefined where there is none. */
  somePacket(diagram: Diagram): Assignment | undefined {
    if (diagram === NOTHING) return undefined;
    const { levels, lows, highs } = this.#nodes;
    const packet = new Set<number>();
    let node = diagram;
    // What is not nothing is something somewhere, so one of the two ways down leads there.
    for (let level = levels[node]!; level !== TERMINAL; level = levels[node]!) {
      const isHigh = lows[node] === NOTHING;
      if (isHigh) packet.add(level);
      node = (isHigh ? highs : lows)[node]!;
    }
    return packet;
  }

  /** All in order, the first that is something; in pairs, so that large ones are walked only a few times. */
  firstOf(list: readonly Diagram[]): Diagram {
    return this.#halves(list, 0, list.length);
  }

  #halves(list: readonly Diagram[], from: number, to: number): Diagram {
    if (to - from <= 1) return from < to ? list[from]! : NOTHING;
    const middle = (from + to) >> 1;
    return this.orElse(this.#halves(list, from, middle), this.#halves(list, middle, to));
  }

  /** Both diagrams' values put through an operation, packet by packet. */
  combine(operation: Operation, a: Diagram, b: Diagram): Diagram {
    const plain = operation.plain(a, b);
    if (plain >= 0) return plain;
    const nodes = this.#nodes;
    const known = nodes.recall(operation.code, a, b);
    if (known >= 0) return known;
    const levelA = nodes.levels[a]!;
    const levelB = nodes.levels[b]!;
    const level = levelA < levelB ? levelA : levelB;
    const low = this.combine(operation, levelA === level ? nodes.lows[a]! : a, levelB === level ? nodes.lows[b]! : b);
    const high = this.combine(
      operation,
      levelA === level ? nodes.highs[a]! : a,
      levelB === level ? nodes.highs[b]! : b,
    );
    const result = nodes.node(level, low, high);
    nodes.remember(operation.code, a, b, result);
    return result;
  }
}
