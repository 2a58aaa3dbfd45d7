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
import { cellLengths, cellSpans, cellValues, type Range } from './cells.ts';
import { Spans, type Part } from './cut.ts';
import { itemOf, ruleOf, settle, settledOf, type Item } from './item.ts';
import { withoutShadowed } from './shadowed.ts';
import { AXES, BITS, type AxisName, type Space } from './space.ts';

/** What a list of rules that is cut no further becomes. */
export type Leaf = (items: readonly Item[], protocol: number | undefined) => PlanNode;

/** All cases of a tree together may name its rules so many times over … */
const NAMES_A_RULE = 12;
/** … and so many more, so that small lists may have large trees. */
const NAMES_FREE = 4096;
/** Lists of fewer rules are not cut by cells: their intervals are few. */
const FEWEST_FOR_CELLS = 16;
/** Nor those with a rule about more networks: what is left of it in each cell would be a large set again. */
const MOST_INTERVALS_A_RULE = 32;

const ALL_ADDRESSES: Range = [0, 2 ** 32 - 1];

type AddressAxis = 'source' | 'destination';

/** Where a node stands: what the lookups above it have settled for all packets that come to it. */
interface Place {
  /** The packet's protocol, where there is only one. */
  readonly protocol: number | undefined;
  /** Where the packet's IPv4 addresses are. */
  readonly within: Readonly<Record<AddressAxis, Range>>;
  /** How many other nodes the lookups above might have led to, and this one. */
  readonly copies: number;
  /** How often the cases of this node and of those below it may name rules. */
  readonly names: number;
}

/** One way on from a lookup. */
interface Case {
  readonly values: IntervalSet;
  readonly members: readonly Item[];
  readonly place: Pick<Place, 'protocol' | 'within'>;
}

/** A lookup that might be made. */
interface Option {
  readonly field: SwitchField;
  readonly label: string;
  readonly cases: readonly (Omit<Case, 'members'> & { readonly items: readonly Item[] })[];
  readonly otherwise: readonly Item[];
  /** Nanoseconds, on average over the rules. */
  readonly price: number;
  /** How often the cases name a rule. */
  readonly names: number;
}

/** How a tree is begun. */
export interface Beginning {
  /** The field of the first lookup; undefined: the one that leaves the least work. */
  readonly first?: AxisName;
  /** How often all cases together may name rules; by default in proportion to the rules. */
  readonly names?: number;
}

/** The tree for all rules of a space. */
export function treeOf(space: Space, prices: Prices, leaf: Leaf, beginning: Beginning = {}): PlanNode {
  const everywhere = { source: ALL_ADDRESSES, destination: ALL_ADDRESSES };
  const { first, names = NAMES_FREE + space.rules.length * NAMES_A_RULE } = beginning;
  const place: Place = { protocol: undefined, within: everywhere, copies: 1, names };
  return new Grower(space, prices, leaf).begin([...space.rules.keys()].map(itemOf), place, first);
}

class Grower {
  readonly #space: Space;
  readonly #prices: Prices;
  readonly #leaf: Leaf;
  readonly #grown = new Map<string, PlanNode>();

  constructor(space: Space, prices: Prices, leaf: Leaf) {
    this.#space = space;
    this.#prices = prices;
    this.#leaf = leaf;
  }

  /** The tree of the items; its first lookup is in `first` where that is any use. */
  begin(all: readonly Item[], place: Place, first: AxisName | undefined): PlanNode {
    const items = withoutShadowed(all, this.#space);
    const option = first === undefined ? undefined : this.#cheapest(this.#options(first, items, place), Infinity);
    return option ? this.#behind(option, items, place) : this.grow(items, place);
  }

  grow(all: readonly Item[], place: Place): PlanNode {
    const items = withoutShadowed(all, this.#space);
    const ranges = ADDRESS_AXES.map((axis) =>
      items.some((item) => this.#tests(item, axis)) ? place.within[axis] : '',
    );
    const key = `${place.protocol ?? ''} ${ranges.join(' ')} ${items.join()}`;
    let node = this.#grown.get(key);
    if (!node) this.#grown.set(key, (node = this.#build(items, place)));
    return node;
  }

  #build(items: readonly Item[], place: Place): PlanNode {
    const option = this.#best(items, place);
    return option ? this.#behind(option, items, place) : this.#leaf(items, place.protocol);
  }

  #behind(option: Option, items: readonly Item[], place: Place): Switch {
    const { family } = this.#space;
    const copies = place.copies * option.cases.length;
    // What is left is shared out by how many rules a case has.
    const share = (place.names - option.names) / (option.names + option.otherwise.length);
    const below = (list: readonly Item[]) => ({ names: share * list.length });
    return {
      kind: 'switch',
      origin: this.#space.rules[ruleOf(items[0]!)]!.origin,
      family,
      guard: [],
      field: option.field,
      label: option.label,
      cases: option.cases.map((one) => ({
        values: one.values,
        body: this.grow(one.items, { ...one.place, copies, ...below(one.items) }),
      })),
      otherwise: this.grow(option.otherwise, { ...place, ...below(option.otherwise) }),
    };
  }

  #tests(item: Item, axis: AxisName): boolean {
    return (settledOf(item) & BITS[axis]) === 0 && this.#space.axes[axis].spans[ruleOf(item)] !== undefined;
  }

  /** The lookup that leaves the least work; undefined where the list as it stands is cheaper than any. */
  #best(items: readonly Item[], place: Place): Option | undefined {
    const price = this.#listPrice(items);
    // Not even one that left nothing to do would be cheaper.
    if (price < this.#prices.hash(2, place.copies)) return undefined;
    return this.#cheapest(
      AXES.flatMap((axis) => this.#options(axis, items, place)),
      price,
    );
  }

  /** The first of the cheapest options that cost less than `price`. */
  #cheapest(options: readonly Option[], price: number): Option | undefined {
    let best: Option | undefined;
    for (const option of options) {
      if (option.price < (best?.price ?? price)) best = option;
    }
    return best;
  }

  /** What the list costs as it stands; where a profile tells which rules packets are for, twice what it then costs on average. */
  #listPrice(items: readonly Item[]): number {
    const space = this.#space;
    if (!space.isProfiled) return items.reduce((sum, item) => sum + space.priceOf(item, this.#prices), 0);
    const all = this.#weightOf(items);
    let left = all;
    let price = 0;
    for (const item of items) {
      price += left * space.priceOf(item, this.#prices);
      left -= space.weightOf(item);
    }
    return (2 * price) / all;
  }

  #weightOf(items: readonly Item[]): number {
    return this.#space.isProfiled ? items.reduce((sum, item) => sum + this.#space.weightOf(item), 0) : items.length;
  }

  #options(name: AxisName, items: readonly Item[], place: Place): Option[] {
    const testing = items.filter((item) => this.#tests(item, name));
    if (testing.length < 2) return [];
    // What stands where ports are is something else in other protocols.
    const hasPorts = PROTOCOLS_WITH_PORTS.some((known) => known === place.protocol);
    if (!hasPorts && (name === 'source port' || (name === 'service' && place.protocol !== undefined))) return [];
    const others = testing.length === items.length ? [] : items.filter((item) => !this.#tests(item, name));
    const axis = this.#space.axes[name];
    const lookup = { copies: place.copies, others, most: place.names };
    if (name === 'service' && place.protocol !== undefined) return this.#byPort(testing, place, lookup);
    const exact = this.#exact(name, testing, place);
    const options = exact ? [this.#priced(axis, exact, lookup)] : [];
    if ((name === 'source' || name === 'destination') && mayBeCutByCells(axis, testing)) {
      for (const length of cellLengths(place.within[name])) {
        const cells = this.#byCells(name, testing, place, length);
        if (!cells) continue;
        options.push(this.#priced(axis, cells, lookup));
        // Smaller cells tell no more.
        if (cells.length === exact?.length) break;
      }
    }
    return options.flatMap((option) => option ?? []);
  }

  /** A case for all values that meet the same rules. */
  #exact(name: AxisName, testing: readonly Item[], place: Place): Case[] | undefined {
    const axis = this.#space.axes[name];
    const isAddress = (name === 'source' || name === 'destination') && axis.width === 32;
    const [low, high] = isAddress ? place.within[name] : [-Infinity, Infinity];
    const from = isAddress ? segmentAt(axis, low + 1) - 1 : 0;
    const to = isAddress ? segmentAt(axis, high + 1) : axis.starts.length;
    return exactSpans(axis, testing, BITS[name], from, to)
      .parts(place.names)
      ?.map((part) => ({
        values: valuesOf(axis, part.places),
        members: part.members,
        place: this.#inside(name, part, place),
      }));
  }

  /** A case for all cells that meet the same rules. */
  #byCells(name: AddressAxis, testing: readonly Item[], place: Place, length: number): Case[] | undefined {
    const axis = this.#space.axes[name];
    return cellSpans(axis, testing, BITS[name], length, place.within[name])
      .parts(place.names)
      ?.map(({ places, members }) => {
        const values = cellValues(places, length);
        const range: Range = [Number(values.lowAt(0)), Number(values.highAt(values.intervalCount - 1))];
        return { values, members, place: { ...place, within: { ...place.within, [name]: range } } };
      });
  }

  /** Behind a lookup of the protocol only the port is left of a service. */
  #byPort(testing: readonly Item[], place: Place, lookup: Lookup): Option[] {
    const axis = this.#space.axes.service;
    const [low, high] = [place.protocol! << 16, (place.protocol! + 1) << 16];
    const spans = exactSpans(axis, testing, BITS.service, segmentAt(axis, low), segmentAt(axis, high));
    const cases = spans.parts(lookup.most)?.map(({ places, members }) => ({
      values: valuesOf(axis, places, 16, low),
      members,
      place,
    }));
    const ports: Axis = { ...axis, field: { kind: 'number', field: 'destination port' }, label: 'dport' };
    const option = cases && this.#priced(ports, cases, lookup);
    return option ? [option] : [];
  }

  #inside(axis: AxisName, { places }: Part, place: Place): Place {
    const { starts } = this.#space.axes[axis];
    const [first, behind] = [Number(starts[places[0]!]!), Number(starts[places.at(-1)!]!)];
    if (axis === 'protocol') return behind - first === 1 ? { ...place, protocol: first } : place;
    if (axis !== 'service' || first >>> 16 !== (behind - 1) >>> 16) return place;
    return { ...place, protocol: first >>> 16 };
  }

  #priced({ field, label }: Axis, parts: readonly Case[], { copies, others, most }: Lookup): Option | undefined {
    const names = parts.reduce((sum, { members }) => sum + members.length + others.length, 0);
    if (names > most || (parts.length < 2 && others.length === 0)) return undefined;
    const cases = parts.map(({ values, members, place }) => ({ values, items: merged(members, others), place }));
    let weights = this.#weightOf(others);
    let work = weights * this.#guess(others.length, copies);
    for (const { members } of parts) {
      const weight = this.#weightOf(members);
      weights += weight;
      work += weight * this.#guess(members.length + others.length, copies * parts.length);
    }
    const price = switchPrice({ field, cases }, this.#prices, copies) + work / weights;
    return { field, label, cases, otherwise: others, price, names };
  }

  /** What a list of so many rules will cost, with what may still be made of it. */
  #guess(count: number, copies: number): number {
    const { rule, match, hash, chain } = this.#prices;
    const each = rule + match;
    return Math.min(count * each, hash(count, copies) + chain(count * copies) + 2 * each * Math.sqrt(count));
  }
}

/** What the options of one axis have in common. */
interface Lookup {
  readonly copies: number;
  /** Items that do not test the axis. */
  readonly others: readonly Item[];
  readonly most: number;
}

const ADDRESS_AXES = ['source', 'destination'] as const;

function mayBeCutByCells({ width, spans }: Axis, testing: readonly Item[]): boolean {
  if (width !== 32 || testing.length < FEWEST_FOR_CELLS) return false;
  return testing.every((item) => spans[ruleOf(item)]!.length <= 2 * MOST_INTERVALS_A_RULE);
}

/** Where items stand among the segments of an axis, from `from` up to `to` (excluded); there it is settled for them. */
function exactSpans(axis: Axis, testing: readonly Item[], bit: number, from: number, to: number): Spans {
  const spans = new Spans();
  for (const item of testing) {
    const pairs = axis.spans[ruleOf(item)]!;
    for (let i = 0; i < pairs.length; i += 2) {
      spans.add(settle(item, bit), Math.max(from, pairs[i]!), Math.min(to, pairs[i + 1]!));
    }
  }
  return spans;
}

/** Two ascending lists as one. */
function merged(a: readonly Item[], b: readonly Item[]): readonly Item[] {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const result: Item[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) result.push(j >= b.length || a[i]! < b[j]! ? a[i++]! : b[j++]!);
  return result;
}
