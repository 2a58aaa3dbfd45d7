/** Rules by their boxes, for finding those of a long list that a rule may share packets with. */
import { boxEncloses, boxesMeet, boxHasPoint, type Sides } from './sides.ts';

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
  /** … and which node comes behind all that are below it: nodes are numbered as a search that skips none comes to them. */
  readonly #next: number[] = [];
  readonly #lows: Float64Array;
  readonly #highs: Float64Array;
  /** Of each node: the first and the last of its rules. */
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  readonly #leafOf: Uint32Array;
  /** The rules' boxes in the order of the leaves, so that those of one leaf lie side by side. */
  readonly #placed: Pick<Sides, 'lows' | 'highs'>;
  readonly #scales: readonly number[];

  /** `count`: how many boxes there are. */
  constructor(sides: Sides, count: number) {
    this.#sides = sides;
    this.#order = Uint32Array.from({ length: count }, (_, rule) => rule);
    this.#leafOf = new Uint32Array(count);
    this.#scales = Array.from({ length: sides.count }, (_, side) => 1 / (this.#spread(0, count, side).width || 1));
    const bounds: Bounds = { lows: [], highs: [] };
    this.#build(0, count, -1, bounds);
    this.#lows = Float64Array.from(bounds.lows);
    this.#highs = Float64Array.from(bounds.highs);
    const inOrder = (ends: Float64Array) =>
      Float64Array.from(ends, (_, at) => {
        const side = at % sides.count;
        return ends[this.#order[(at - side) / sides.count]! * sides.count + side]!;
      });
    this.#placed = { lows: inOrder(sides.lows), highs: inOrder(sides.highs) };
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
    const { count, lows, highs } = this.#sides;
    const [nodeLows, nodeHighs, order] = [this.#lows, this.#highs, this.#order];
    const placed = this.#placed;
    const from = rule * count;
    let node = 0;
    while (node < this.#next.length) {
      if (!isWorth(node) || !boxesMeet(lows, highs, from, nodeLows, nodeHighs, node * count, count)) {
        node = this.#next[node]!;
        continue;
      }
      if (this.#second[node]! < 0) {
        for (let at = this.#from[node]!; at < this.#to[node]!; at++) {
          const meets = boxesMeet(lows, highs, from, placed.lows, placed.highs, at * count, count);
          if (meets && isFound(order[at]!)) return true;
        }
      }
      node++;
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
    const { count } = this.#sides;
    const { lows, highs } = this.#placed;
    const [nodeLows, nodeHighs, order] = [this.#lows, this.#highs, this.#order];
    let node = 0;
    while (node < this.#next.length) {
      if (this.#first[node]! >= end || !boxHasPoint(nodeLows, nodeHighs, node * count, point)) {
        node = this.#next[node]!;
        continue;
      }
      if (this.#second[node]! < 0) {
        for (let at = this.#from[node]!; at < this.#to[node]!; at++) {
          const rule = order[at]!;
          if (rule < end && boxHasPoint(lows, highs, at * count, point) && isFound(rule)) return rule;
        }
      }
      node++;
    }
    return undefined;
  }

  /** The first rule from `from` to before `end` whose box has the point in it, and that `isFound`; undefined: there is none. */
  firstAt(
    point: Float64Array,
    { from, end }: { readonly from: number; readonly end: number },
    isFound: (rule: number) => boolean,
  ): number | undefined {
    const { count } = this.#sides;
    const { lows, highs } = this.#placed;
    let best = end;
    const open = this.nodeCount > 0 ? [0] : [];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (this.#first[node]! >= best || this.#last[node]! < from) continue;
      if (!boxHasPoint(this.#lows, this.#highs, node * count, point)) continue;
      const second = this.#second[node]!;
      if (second >= 0) {
        this.#pushEarlierLast(open, node + 1, second);
        continue;
      }
      for (let at = this.#from[node]!; at < this.#to[node]!; at++) {
        const rule = this.#order[at]!;
        if (rule >= from && rule < best && boxHasPoint(lows, highs, at * count, point) && isFound(rule)) best = rule;
      }
    }
    return best < end ? best : undefined;
  }

  /** The first rule before another whose box has all of the other's in it, and that `isFound`; undefined: there is none. */
  firstEnclosing(rule: number, isFound: (other: number) => boolean): number | undefined {
    const { count, lows, highs } = this.#sides;
    const placed = this.#placed;
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
        if (other >= best) continue;
        const isAround = boxEncloses(placed.lows, placed.highs, at * count, lows, highs, rule * count, count);
        if (isAround && isFound(other)) best = other;
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
    return boxEncloses(this.#lows, this.#highs, node * count, lows, highs, rule * count, count);
  }

  /** Whether a rule's box has all of another's in it. */
  encloses(outer: number, inner: number): boolean {
    const { count, lows, highs } = this.#sides;
    return boxEncloses(lows, highs, outer * count, lows, highs, inner * count, count);
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

  #build(from: number, to: number, parent: number, bounds: Bounds): void {
    const node = this.#from.push(from) - 1;
    this.#to.push(to);
    this.#parent.push(parent);
    this.#second.push(-1);
    this.#next.push(node + 1);
    this.#bound(from, to, bounds);
    const middle = to - from > LEAF ? this.#halve(from, to) : undefined;
    if (middle === undefined) {
      for (let at = from; at < to; at++) this.#leafOf[this.#order[at]!] = node;
      return;
    }
    this.#build(from, middle, node, bounds);
    this.#second[node] = this.nodeCount;
    this.#build(middle, to, node, bounds);
    this.#next[node] = this.nodeCount;
  }

  #bound(from: number, to: number, bounds: Bounds): void {
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
      bounds.lows.push(low);
      bounds.highs.push(high);
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

/** The nodes' boxes as they come. */
interface Bounds {
  readonly lows: number[];
  readonly highs: number[];
}
