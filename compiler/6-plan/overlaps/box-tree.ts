/** Rules by their boxes, for finding those of a long list that a rule may share packets with. */
import { sidesMeet, type Sides } from './sides.ts';

/** Fewer rules are compared one by one. */
const LEAF = 8;

/**
 * A tree over the boxes of rules: below a node are rules whose boxes its own encloses. They are halved at the mean of the
 * field in which their middles lie farthest apart, compared with all rules'.
 */
export class BoxTree {
  readonly #sides: Sides;
  readonly #order: Uint32Array;
  /** Of each node: where its rules begin and end in `#order`, its second child (the first is the next node), its parent. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #second: number[] = [];
  readonly #parent: number[] = [];
  readonly #lows: number[] = [];
  readonly #highs: number[] = [];
  /** Of each node: the first and the last of its rules. */
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  readonly #leafOf: Uint32Array;
  readonly #scales: readonly number[];

  /** `count`: how many boxes there are. */
  constructor(sides: Sides, count: number) {
    this.#sides = sides;
    this.#order = Uint32Array.from({ length: count }, (_, rule) => rule);
    this.#leafOf = new Uint32Array(count);
    this.#scales = Array.from({ length: sides.count }, (_, side) => 1 / (this.#spread(0, count, side).width || 1));
    this.#build(0, count, -1);
  }

  get nodeCount(): number {
    return this.#from.length;
  }

  /** The nodes above a rule, from its leaf to the root. */
  *nodesAbove(rule: number): Generator<number> {
    for (let node = this.#leafOf[rule]!; node >= 0; node = this.#parent[node]!) yield node;
  }

  /**
   * Asks `isFound` of rules whose boxes meet that of `rule`, itself among them, below nodes that `isWorth` holds for, until
   * it says yes; false where it never does.
   */
  some(rule: number, isWorth: (node: number) => boolean, isFound: (other: number) => boolean): boolean {
    const open = this.nodeCount > 0 ? [0] : [];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (!isWorth(node) || !this.#meetsNode(rule, node)) continue;
      const second = this.#second[node]!;
      if (second >= 0) {
        open.push(second, node + 1);
        continue;
      }
      for (let at = this.#from[node]!; at < this.#to[node]!; at++) {
        const other = this.#order[at]!;
        if (sidesMeet(this.#sides, rule, other) && isFound(other)) return true;
      }
    }
    return false;
  }

  /** The first rule below a node. */
  firstBelow(node: number): number {
    return this.#first[node]!;
  }

  /** The last rule below a node. */
  lastBelow(node: number): number {
    return this.#last[node]!;
  }

  /**
   * Asks `isFound` of rules before `end` whose boxes have a point in them, until it says yes: that rule; undefined where it never
   * does. A coordinate that is not a number is in every box.
   */
  findAt(point: Float64Array, end: number, isFound: (rule: number) => boolean): number | undefined {
    const { count, lows, highs } = this.#sides;
    const open = this.nodeCount > 0 ? [0] : [];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (this.#first[node]! >= end || !hasPoint(this.#lows, this.#highs, node * count, point)) continue;
      const second = this.#second[node]!;
      if (second >= 0) {
        open.push(second, node + 1);
        continue;
      }
      for (let at = this.#from[node]!; at < this.#to[node]!; at++) {
        const rule = this.#order[at]!;
        if (rule < end && hasPoint(lows, highs, rule * count, point) && isFound(rule)) return rule;
      }
    }
    return undefined;
  }

  /** The first rule from `from` to before `end` whose box has the point in it, and that `isFound`; undefined: there is none. */
  firstAt(
    point: Float64Array,
    { from, end }: { readonly from: number; readonly end: number },
    isFound: (rule: number) => boolean,
  ): number | undefined {
    const { count, lows, highs } = this.#sides;
    let best = end;
    const open = this.nodeCount > 0 ? [0] : [];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (this.#first[node]! >= best || this.#last[node]! < from) continue;
      if (!hasPoint(this.#lows, this.#highs, node * count, point)) continue;
      const second = this.#second[node]!;
      if (second >= 0) {
        this.#pushEarlierLast(open, node + 1, second);
        continue;
      }
      for (let at = this.#from[node]!; at < this.#to[node]!; at++) {
        const rule = this.#order[at]!;
        if (rule >= from && rule < best && hasPoint(lows, highs, rule * count, point) && isFound(rule)) best = rule;
      }
    }
    return best < end ? best : undefined;
  }

  /** The first rule before another whose box has all of the other's in it, and that `isFound`; undefined: there is none. */
  firstEnclosing(rule: number, isFound: (other: number) => boolean): number | undefined {
    let best = rule;
    const open = this.nodeCount > 0 ? [0] : [];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (this.#first[node]! >= best || !this.mayEnclose(node, rule)) continue;
      const second = this.#second[node]!;
      if (second >= 0) {
        this.#pushEarlierLast(open, node + 1, second);
        continue;
      }
      for (let at = this.#from[node]!; at < this.#to[node]!; at++) {
        const other = this.#order[at]!;
        if (other < best && this.encloses(other, rule) && isFound(other)) best = other;
      }
    }
    return best < rule ? best : undefined;
  }

  /** The node with the earlier rule is looked at next: what is found early spares looking at all behind it. */
  #pushEarlierLast(open: number[], one: number, other: number): void {
    if (this.#first[one]! < this.#first[other]!) open.push(other, one);
    else open.push(one, other);
  }

  /** Whether the box of some rule below the node may have all of a rule's in it. */
  mayEnclose(node: number, rule: number): boolean {
    const { count, lows, highs } = this.#sides;
    for (let side = 0; side < count; side++) {
      if (this.#lows[node * count + side]! > lows[rule * count + side]!) return false;
      if (this.#highs[node * count + side]! < highs[rule * count + side]!) return false;
    }
    return true;
  }

  /** Whether a rule's box has all of another's in it. */
  encloses(outer: number, inner: number): boolean {
    const { count, lows, highs } = this.#sides;
    for (let side = 0; side < count; side++) {
      if (lows[outer * count + side]! > lows[inner * count + side]!) return false;
      if (highs[outer * count + side]! < highs[inner * count + side]!) return false;
    }
    return true;
  }

  /** How much of a rule's packets another may have, at most: a part of 1. */
  partMet(rule: number, other: number): number {
    const { count, lows, highs, sizes } = this.#sides;
    let part = 1;
    for (let side = 0; side < count; side++) {
      const [at, others] = [rule * count + side, other * count + side];
      if (sizes[at] === 0) continue;
      const shared = Math.min(highs[at]!, highs[others]!) - Math.max(lows[at]!, lows[others]!) + 1;
      part *= Math.min(1, shared / sizes[at]!);
    }
    return part;
  }

  #meetsNode(rule: number, node: number): boolean {
    const { count, lows, highs } = this.#sides;
    for (let side = 0; side < count; side++) {
      if (lows[rule * count + side]! > this.#highs[node * count + side]!) return false;
      if (highs[rule * count + side]! < this.#lows[node * count + side]!) return false;
    }
    return true;
  }

  #build(from: number, to: number, parent: number): void {
    const node = this.#from.push(from) - 1;
    this.#to.push(to);
    this.#parent.push(parent);
    this.#second.push(-1);
    this.#bound(from, to);
    const middle = to - from > LEAF ? this.#halve(from, to) : undefined;
    if (middle === undefined) {
      for (let at = from; at < to; at++) this.#leafOf[this.#order[at]!] = node;
      return;
    }
    this.#build(from, middle, node);
    this.#second[node] = this.nodeCount;
    this.#build(middle, to, node);
  }

  #bound(from: number, to: number): void {
    const { count, lows, highs } = this.#sides;
    let [first, last] = [Infinity, -1];
    for (let at = from; at < to; at++) {
      first = Math.min(first, this.#order[at]!);
      last = Math.max(last, this.#order[at]!);
    }
    this.#first.push(first);
    this.#last.push(last);
    for (let side = 0; side < count; side++) {
      let [low, high] = [Infinity, -Infinity];
      for (let at = from; at < to; at++) {
        const rule = this.#order[at]! * count + side;
        low = Math.min(low, lows[rule]!);
        high = Math.max(high, highs[rule]!);
      }
      this.#lows.push(low);
      this.#highs.push(high);
    }
  }

  /** Puts those with a low middle first, and says where the others begin; undefined where all middles are the same. */
  #halve(from: number, to: number): number | undefined {
    let best: { side: number; mean: number } | undefined;
    let widest = 0;
    for (let side = 0; side < this.#sides.count; side++) {
      const { width, mean } = this.#spread(from, to, side);
      if (width * this.#scales[side]! <= widest) continue;
      widest = width * this.#scales[side]!;
      best = { side, mean };
    }
    if (!best) return undefined;
    const rules = this.#order.slice(from, to);
    const { side, mean } = best;
    const low = rules.filter((rule) => this.#middle(rule, side) <= mean);
    this.#order.set(low, from);
    this.#order.set(
      rules.filter((rule) => this.#middle(rule, side) > mean),
      from + low.length,
    );
    // The mean may be rounded to one of the ends.
    return low.length === rules.length || low.length === 0 ? undefined : from + low.length;
  }

  /** How far apart the rules' middles in a field lie, and their mean. */
  #spread(from: number, to: number, side: number): { width: number; mean: number } {
    let [low, high, sum] = [Infinity, -Infinity, 0];
    for (let at = from; at < to; at++) {
      const middle = this.#middle(this.#order[at]!, side);
      low = Math.min(low, middle);
      high = Math.max(high, middle);
      sum += middle / (to - from);
    }
    return { width: Math.max(0, high - low), mean: sum };
  }

  /** The middle of a rule's values; below all others where it does not test the field. */
  #middle(rule: number, side: number): number {
    const { count, lows, highs } = this.#sides;
    const low = lows[rule * count + side]!;
    return low === -Infinity ? -1 : (low + highs[rule * count + side]!) / 2;
  }
}

function hasPoint(lows: ArrayLike<number>, highs: ArrayLike<number>, from: number, point: Float64Array): boolean {
  for (let side = 0; side < point.length; side++) {
    if (lows[from + side]! > point[side]! || highs[from + side]! < point[side]!) return false;
  }
  return true;
}
