/** Which rules stand in the way of one that is to move up a long list. */
import type { ProgramRule } from '../../4-program/program.ts';
import { commute, deedKey } from '../commute.ts';
import { BoxTree } from './box-tree.ts';
import { sidesOf } from './sides.ts';

/** What rules are alike in that may pass each other whoever meets them; a rule that may not is like no other. */
type Kind = number;

/** Before every place of a list. */
const NOWHERE = -1;
/** A rule that as many others may stand in the way of stays where it is. */
const MOST_COMPARED = 2048;

/**
 * The rules of a list by where they stand while rules move up. Each node of the tree knows the lowest place below it, and
 * the lowest place of rules of another kind than the one there, so that whole nodes can be left out.
 */
export class Blockers {
  readonly #rules: readonly ProgramRule[];
  readonly #tree: BoxTree;
  readonly #kinds: readonly Kind[];
  readonly #places: Int32Array;
  readonly #lowest: Int32Array;
  readonly #kindOfLowest: Int32Array;
  readonly #lowestOfOthers: Int32Array;

  /** None of the rules stands anywhere yet. */
  constructor(rules: readonly ProgramRule[]) {
    this.#rules = rules;
    this.#tree = new BoxTree(sidesOf(rules), rules.length);
    this.#kinds = kindsOf(rules);
    this.#places = new Int32Array(rules.length).fill(NOWHERE);
    this.#lowest = new Int32Array(this.#tree.nodeCount).fill(NOWHERE);
    this.#kindOfLowest = new Int32Array(this.#tree.nodeCount);
    this.#lowestOfOthers = new Int32Array(this.#tree.nodeCount).fill(NOWHERE);
  }

  /** Puts a rule at a place of the list, once. */
  put(rule: number, place: number): void {
    const kind = this.#kinds[rule]!;
    this.#places[rule] = place;
    for (const node of this.#tree.nodesAbove(rule)) {
      if (kind === this.#kindOfLowest[node]) {
        this.#lowest[node] = Math.max(this.#lowest[node]!, place);
      } else if (place > this.#lowest[node]!) {
        this.#lowestOfOthers[node] = this.#lowest[node]!;
        this.#lowest[node] = place;
        this.#kindOfLowest[node] = kind;
      } else {
        this.#lowestOfOthers[node] = Math.max(this.#lowestOfOthers[node]!, place);
      }
    }
  }

  /** Whether a rule, from behind all that were put, may move up to right behind `place`. */
  mayMove(rule: number, place: number): boolean {
    const kind = this.#kinds[rule]!;
    let compared = 0;
    const isBlocked = this.#tree.some(
      rule,
      (node) => (this.#kindOfLowest[node] === kind ? this.#lowestOfOthers : this.#lowest)[node]! > place,
      (other) => {
        if (this.#places[other]! <= place || this.#kinds[other] === kind) return false;
        return ++compared > MOST_COMPARED || !commute(this.#rules[other]!, this.#rules[rule]!);
      },
    );
    return !isBlocked;
  }
}

function kindsOf(rules: readonly ProgramRule[]): Kind[] {
  const known = new Map<string, Kind>();
  return rules.map((rule, number) => {
    const key = deedKey(rule);
    if (key === undefined) return -1 - number;
    let kind = known.get(key);
    if (kind === undefined) known.set(key, (kind = known.size + 1));
    return kind;
  });
}
