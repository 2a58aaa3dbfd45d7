/** Rules in the order of how many packets they are for, as far as those let them that must come first. */
import type { ProgramRule } from '../4-program/program.ts';
import { weightOf } from '../cost/cost.ts';
import { commute } from './commute.ts';
import { BoxTree } from './overlaps/box-tree.ts';
import { sidesOf } from './overlaps/sides.ts';

/** A rule that more others may stand in the way of stays behind all of them. */
const MOST_COMPARED = 512;
/** Nor does one move up that needs more others before it. */
const MOST_BEFORE = 256;

/** Rules that move up together: the last one, and those that must come before it. */
interface Train {
  /** Ascending. */
  readonly rules: readonly number[];
  /** Weight of a rule, on average. */
  readonly density: number;
}

/**
 * The numbers of the rules in a new order, in which two that do not commute stand as they did. Each time the rule goes next
 * that has, together with those which have to stand before it, the most weight for each rule; the rest keeps its order.
 */
export function hotOrder(rules: readonly ProgramRule[]): readonly number[] {
  const blockers = new EarlierRules(rules);
  const isPlaced = new Uint8Array(rules.length);
  const order: number[] = [];
  const place = (number: number) => {
    isPlaced[number] = 1;
    order.push(number);
  };
  const trainOf = (number: number) => trainTo(number, rules, blockers, isPlaced);
  const coldest = rules.reduce((least, rule) => Math.min(least, weightOf(rule)), Infinity);
  const waiting = rules
    .flatMap((rule, number) => (weightOf(rule) > coldest ? { number, train: trainOf(number) } : []))
    .toSorted((a, b) => density(b.train) - density(a.train) || a.number - b.number);
  for (let at = 0; at < waiting.length; at++) {
    const { number } = waiting[at]!;
    if (isPlaced[number] === 1) continue;
    // Others may have taken along what stood before it.
    const train = trainOf(number);
    if (train) for (const one of train.rules) place(one);
  }
  for (const number of rules.keys()) if (isPlaced[number] === 0) place(number);
  return order;
}

const density = (train: Train | undefined): number => train?.density ?? 0;

/** The rule with all that must come before it and has no place yet; undefined where those are too many. */
function trainTo(
  last: number,
  rules: readonly ProgramRule[],
  blockers: EarlierRules,
  isPlaced: Uint8Array,
): Train | undefined {
  const found = new Set([last]);
  for (const number of found) {
    const before = blockers.of(number);
    if (!before) return undefined;
    for (const one of before) if (isPlaced[one] === 0) found.add(one);
    if (found.size > MOST_BEFORE) return undefined;
  }
  const numbers = [...found].toSorted((a, b) => a - b);
  const weight = numbers.reduce((sum, number) => sum + weightOf(rules[number]!), 0);
  return { rules: numbers, density: weight / numbers.length };
}

class EarlierRules {
  readonly #rules: readonly ProgramRule[];
  readonly #tree: BoxTree;
  readonly #known = new Map<number, readonly number[] | undefined>();

  constructor(rules: readonly ProgramRule[]) {
    this.#rules = rules;
    this.#tree = new BoxTree(sidesOf(rules), rules.length);
  }

  /** The rules before this one that it cannot change places with; undefined where too many have to be compared. */
  of(number: number): readonly number[] | undefined {
    if (!this.#known.has(number)) this.#known.set(number, this.#find(number));
    return this.#known.get(number);
  }

  #find(number: number): readonly number[] | undefined {
    const found: number[] = [];
    let compared = 0;
    const isTooMany = this.#tree.some(
      number,
      () => true,
      (other) => {
        if (other >= number) return false;
        if (!commute(this.#rules[other]!, this.#rules[number]!)) found.push(other);
        return ++compared > MOST_COMPARED;
      },
    );
    return isTooMany ? undefined : found;
  }
}
