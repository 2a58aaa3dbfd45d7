/**
 * A tree of lookups for a list of rules: at each node the field is looked up by which a packet, on average over the rules it
 * may be for, is left with the least work. Every packet goes the way of the rules that it can meet, in their order, so no
 * rule that might match is passed by, and none is asked twice.
 */
import { PROTOCOLS_WITH_PORTS } from '../../model/fields.ts';
import { switchPrice } from '../../cost/cost.ts';
import type { Prices } from '../../cost/prices.ts';
import type { IntervalSet } from '../../net/interval-set.ts';
import type { PlanNode, Switch, SwitchField } from '../plan.ts';
import { segmentAt, valuesOf, type Axis } from './axis.ts';
import { cut, type Part } from './cut.ts';
import { AXES, BITS, type AxisName, type Space } from './space.ts';

/** What a list of rules that is cut no further becomes. */
export type Leaf = (rules: readonly number[], settled: number, protocol: number | undefined) => PlanNode;

/** A node's cases may name its rules so many times over. */
const MOST_NAMES_A_RULE = 12;
/** All cases of a tree together may name its rules so many times over. */
const MOST_NAMES_A_RULE_OVERALL = 24;
/** … and small trees so many more. */
const NAMES_FREE = 4096;

/** Where a node stands: what the lookups above it have settled. */
interface Place {
  /** Axes that hold for all rules that are left, as bits. */
  readonly settled: number;
  /** The packet's protocol, where there is only one. */
  readonly protocol: number | undefined;
}

/** A lookup that might be made. */
interface Option {
  readonly field: SwitchField;
  readonly label: string;
  readonly cases: readonly { readonly values: IntervalSet; readonly rules: readonly number[]; readonly place: Place }[];
  readonly otherwise: readonly number[];
  /** Nanoseconds, on average over the rules. */
  readonly price: number;
  /** How often the cases name a rule. */
  readonly names: number;
}

/** The tree for all rules of a space. */
export function treeOf(space: Space, prices: Prices, leaf: Leaf): PlanNode {
  return new Grower(space, prices, leaf).grow([...space.rules.keys()], { settled: 0, protocol: undefined });
}

class Grower {
  readonly #space: Space;
  readonly #prices: Prices;
  readonly #leaf: Leaf;
  readonly #grown = new Map<string, PlanNode>();
  /** How often cases may still name rules. */
  #names: number;

  constructor(space: Space, prices: Prices, leaf: Leaf) {
    this.#space = space;
    this.#prices = prices;
    this.#leaf = leaf;
    this.#names = NAMES_FREE + space.rules.length * MOST_NAMES_A_RULE_OVERALL;
  }

  grow(all: readonly number[], place: Place): PlanNode {
    const rules = this.#reachable(all, place);
    const key = `${place.settled} ${place.protocol ?? ''} ${rules.join()}`;
    let node = this.#grown.get(key);
    if (!node) this.#grown.set(key, (node = this.#build(rules, place)));
    return node;
  }

  #build(rules: readonly number[], place: Place): PlanNode {
    const option = this.#best(rules, place);
    if (!option) return this.#leaf(rules, place.settled, place.protocol);
    this.#names -= option.names;
    const { family } = this.#space;
    const result: Switch = {
      kind: 'switch',
      origin: this.#space.rules[rules[0]!]!.origin,
      family,
      guard: [],
      field: option.field,
      label: option.label,
      cases: option.cases.map((one) => ({ values: one.values, body: this.grow(one.rules, one.place) })),
      otherwise: this.grow(option.otherwise, place),
    };
    return result;
  }

  /** Nothing behind a rule that decides about every packet that comes so far. */
  #reachable(rules: readonly number[], { settled }: Place): readonly number[] {
    const last = rules.findIndex((rule) => {
      const { gates, decision } = this.#space.rules[rule]!;
      return decision !== undefined && gates.length === 0 && this.#space.atomsLeft(rule, settled) === 0;
    });
    return last < 0 ? rules : rules.slice(0, last + 1);
  }

  /** The lookup that leaves the least work; undefined where the list as it stands is cheaper than any. */
  #best(rules: readonly number[], place: Place): Option | undefined {
    let best: Option | undefined;
    let price = this.#listPrice(rules, place);
    // Not even one that left nothing to do would be cheaper.
    if (price < this.#prices.hash(2)) return undefined;
    for (const axis of AXES) {
      const option = this.#option(axis, rules, place);
      if (!option || option.price >= price) continue;
      best = option;
      price = option.price;
    }
    return best;
  }

  #listPrice(rules: readonly number[], { settled }: Place): number {
    return rules.reduce((sum, rule) => sum + this.#space.priceOf(rule, settled, this.#prices), 0);
  }

  #option(name: AxisName, rules: readonly number[], place: Place): Option | undefined {
    if ((place.settled & BITS[name]) !== 0) return undefined;
    const testing = rules.filter((rule) => this.#space.tests(rule, name));
    if (testing.length < 2) return undefined;
    const others = testing.length === rules.length ? [] : rules.filter((rule) => !this.#space.tests(rule, name));
    const most = Math.min(this.#names, NAMES_FREE / 64 + rules.length * MOST_NAMES_A_RULE);
    const axis = this.#space.axes[name];
    // What stands where ports are is something else in other protocols.
    if (name === 'source port' && !PROTOCOLS_WITH_PORTS.some((known) => known === place.protocol)) return undefined;
    if (name === 'service' && place.protocol !== undefined) return this.#byPort(testing, others, most, place);
    const parts = cut(axis, testing, most);
    if (!parts) return undefined;
    const cases = parts.map((part) => ({
      values: valuesOf(axis, part.segments),
      members: part.members,
      place: this.#inside(name, part, place),
    }));
    return this.#priced(axis, cases, others, most);
  }

  /** Behind a lookup of the protocol only the port is left of a service. */
  #byPort(testing: readonly number[], others: readonly number[], most: number, place: Place): Option | undefined {
    const protocol = place.protocol!;
    if (!PROTOCOLS_WITH_PORTS.some((known) => known === protocol)) return undefined;
    const axis = this.#space.axes.service;
    const [low, high] = [protocol << 16, (protocol + 1) << 16];
    const parts = cut(axis, testing, most, segmentAt(axis, low), segmentAt(axis, high));
    if (!parts) return undefined;
    const ports: Axis = { ...axis, field: { kind: 'number', field: 'destination port' }, label: 'dport' };
    const inside: Place = { ...place, settled: place.settled | BITS.service };
    const cases = parts.map(({ segments, members }) => ({
      values: valuesOf(axis, segments, 16, low),
      members,
      place: inside,
    }));
    return this.#priced(ports, cases, others, most);
  }

  #inside(axis: AxisName, part: Part, { settled, protocol }: Place): Place {
    const { starts } = this.#space.axes[axis];
    const [first, behind] = [Number(starts[part.segments[0]!]!), Number(starts[part.segments.at(-1)!]!)];
    const inside = settled | BITS[axis];
    if (axis === 'protocol') return { settled: inside, protocol: behind - first === 1 ? first : protocol };
    if (axis !== 'service') return { settled: inside, protocol };
    const one = first >>> 16 === (behind - 1) >>> 16;
    return { settled: inside, protocol: one ? first >>> 16 : protocol };
  }

  #priced(
    { field, label }: Axis,
    parts: readonly { readonly values: IntervalSet; readonly members: readonly number[]; readonly place: Place }[],
    others: readonly number[],
    most: number,
  ): Option | undefined {
    const names = parts.reduce((sum, { members }) => sum + members.length + others.length, 0);
    if (names > most || (parts.length < 2 && others.length === 0)) return undefined;
    const cases = parts.map(({ values, members, place }) => ({ values, rules: merged(members, others), place }));
    let weights = others.length;
    let work = others.length * this.#guess(others.length);
    for (const [index, { members }] of parts.entries()) {
      weights += members.length;
      work += members.length * this.#guess(cases[index]!.rules.length);
    }
    const price = switchPrice({ field, cases }, this.#prices) + work / weights;
    return { field, label, cases, otherwise: others, price, names };
  }

  /** What a list of so many rules will cost, with what may still be made of it. */
  #guess(count: number): number {
    const { rule, match, hash } = this.#prices;
    const each = rule + match;
    return Math.min(count * each, hash(count) + 2 * each * Math.sqrt(count));
  }
}

/** Two ascending lists as one. */
function merged(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const result: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) result.push(j >= b.length || a[i]! < b[j]! ? a[i++]! : b[j++]!);
  return result;
}
