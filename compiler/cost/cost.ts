/** What a plan costs a packet on a plane. */
import { blocksOf } from '../6-plan/blocks.ts';
import { leaves, type Lookup, type PlanNode, type Switch } from '../6-plan/plan.ts';
import { columnOf, type Column } from '../model/table.ts';
import type { IntervalSet } from '../net/interval-set.ts';
import { isSetTest } from '../4-program/atoms.ts';
import type { Atom, Family, ProgramRule } from '../4-program/program.ts';
import { bytesOfKey, keyOfLookup, keyOfSwitch } from './keys.ts';
import type { Prices } from './prices.ts';

export interface Cost {
  /** Nanoseconds of a packet, on average over the rules that it may be for. */
  readonly expected: number;
  /** … and of the packet that takes longest. */
  readonly worst: number;
  /** How many packets are for the node: as the profile says of its rules or, without one, as many as they are; copies count each time. */
  readonly weight: number;
  /** Whether a profile says so. */
  readonly isProfiled: boolean;
}

/** The cost of a node of which there are so many copies; shared nodes are priced once, where they are first met. */
export function costOf(root: PlanNode, prices: Prices, copies = 1): Cost {
  return pricing(prices)(root, copies);
}

/** Tells the cost of nodes, each priced once, those of a plan that share nodes among them. */
export function pricing(prices: Prices): (node: PlanNode, copies?: number) => Cost {
  const known = new Map<PlanNode, Cost>();
  const visit = (node: PlanNode, copies: number): Cost => {
    let cost = known.get(node);
    if (!cost) known.set(node, (cost = priced(node, prices, copies, visit)));
    return cost;
  };
  return (node, copies = 1) => visit(node, copies);
}

/** `copies`: how many nodes stand where this one does, in other cases of the lookups above. */
function priced(node: PlanNode, prices: Prices, copies: number, visit: (node: PlanNode, copies: number) => Cost): Cost {
  const below = (one: PlanNode) => visit(one, copies);
  switch (node.kind) {
    case 'rules':
    case 'candidates':
      return listCost(node.rules, prices, copies);
    case 'sequence':
      return stepsCost(node.steps, node.steps.map(below));
    case 'scope': {
      const inner = below(node.body);
      const entered = node.isChain || leaves(node.body) ? prices.chain(copies) : 0;
      return { ...inner, expected: inner.expected + entered, worst: inner.worst + entered };
    }
    case 'ranked': {
      const each = sum(node.searches.map(below));
      const { rule, match, chain } = prices;
      const frame = node.searches.length * (chain(1) + rule + match) + 4 * (rule + match);
      return { ...each, expected: each.expected + frame, worst: each.worst + frame };
    }
    case 'lookup': {
      const rows = node.classes.reduce((count, one) => count + one.rows.length, 0);
      const lists = costsOfClasses(node, prices, copies);
      return behind(prices.chain(copies * node.classes.length) + lookupPrice(prices, node, rows, copies), lists);
    }
    case 'switch': {
      const cases = node.cases.map(({ body }) => visit(body, copies * node.cases.length));
      return behind(switchPrice(node, prices, copies), [...cases, below(node.otherwise)]);
    }
  }
}

/** What the rules of each class of rows cost a packet that has found one of them. */
export function costsOfClasses({ classes }: Lookup, prices: Prices, copies = 1): readonly Cost[] {
  return classes.map(({ rules }) => listCost(rules, prices, copies * classes.length));
}

/** A lookup of a row among so many. */
export function lookupPrice(prices: Prices, lookup: Lookup, rows: number, copies: number): number {
  return priceOfKind(prices, keyKind(lookup), rows, copies, keyOfLookup(lookup));
}

function priceOfKind(
  prices: Prices,
  kind: SwitchLookup['kind'],
  elements: number,
  copies: number,
  key: readonly number[],
): number {
  if (kind !== 'concatenatedInterval') return prices[kind](elements, copies);
  return prices.concatenatedInterval(elements, copies, bytesOfKey(key));
}

/** How a lookup finds a row: by whole values (of an address, upper bits), or among intervals. */
export function keyKind({ key, row, classes, family }: Lookup): SwitchLookup['kind'] {
  const rows = classes.map((one) => one.rows);
  if (key.every(({ column }) => isWhole(columnOf(row.table, column)!, rows, family))) return 'hash';
  return key.length === 1 ? 'interval' : 'concatenatedInterval';
}

function isWhole({ data }: Column, rows: readonly Uint32Array[], family: Family | undefined): boolean {
  if (data.store === 'range') return rows.every((some) => some.every((row) => data.low[row] === data.high[row]));
  if (!('lengths' in data)) return true;
  let length: number | undefined;
  return rows.every((some) =>
    some.every((row) => {
      // A row of the other family is in no set of this one.
      if (data.store === 'prefix' && data.families[row] !== family) return true;
      length ??= data.lengths[row]!;
      return length === data.lengths[row];
    }),
  );
}

/** How many packets a rule is for, in terms of the average rule. */
export function weightOf({ weight = 1 }: ProgramRule): number {
  return weight;
}

export function totalWeight(rules: readonly ProgramRule[]): number {
  return rules.reduce((total, rule) => total + weightOf(rule), 0);
}

/** The weight of a rule that stands for all of these. */
export function weightOfAll(rules: readonly ProgramRule[]): Pick<ProgramRule, 'weight'> {
  return rules.some(({ weight }) => weight !== undefined) ? { weight: totalWeight(rules) } : {};
}

/**
 * A packet goes through half of a list, on average, or as far as a profile says, and all that is asked of the rule that it
 * meets.
 */
function listCost(rules: readonly ProgramRule[], prices: Prices, copies: number): Cost {
  const { rule, match, reach } = prices;
  const fetching = NEXT_OF_LIST * reach(copies * rules.length);
  const asked = rules.map((one) => fetching + priceOfMatches(one, prices));
  const whole = asked.reduce((all, price) => all + price, 0);
  const met = rules.reduce((most, { atoms }) => Math.max(most, atoms.length), 0) * match;
  const isProfiled = rules.some(({ weight }) => weight !== undefined);
  const expected = isProfiled ? untilMet(rules, asked) : (whole + Math.min(whole, rule)) / 2;
  return { expected: expected + met, worst: whole + met, weight: totalWeight(rules), isProfiled };
}

/** What a packet pays, on average, for the rules up to the one that it is for. */
function untilMet(rules: readonly ProgramRule[], asked: readonly number[]): number {
  return partsUntilMet(rules, asked).reduce((all, part) => all + part, 0);
}

/** … and of that for each rule. */
function partsUntilMet(rules: readonly ProgramRule[], asked: readonly number[]): readonly number[] {
  const all = totalWeight(rules);
  let left = all;
  return rules.map((rule, at) => {
    const part = (left / all) * asked[at]!;
    left -= weightOf(rule);
    return part;
  });
}

/** How the expected cost of a list is made up of its rules, as far as packets are for each alike or as a profile says: parts of 1. */
export function partsOfList(rules: readonly ProgramRule[], prices: Prices): readonly number[] {
  const parts = partsUntilMet(
    rules,
    rules.map((one) => priceOfMatches(one, prices)),
  );
  const all = parts.reduce((whole, part) => whole + part, 0);
  return parts.map((part) => (all === 0 ? 0 : part / all));
}

/** What reaching the next rule of a list takes, of what reaching any of many would: processors read ahead. */
const NEXT_OF_LIST = 0.2;

/** What a packet pays, on average, for a rule that is asked; each match of those that the matches before it let through. */
function priceOfMatches({ atoms }: ProgramRule, { rule, match, hash }: Prices): number {
  let price = rule;
  let reached = 1;
  for (const [index, atom] of atoms.entries()) {
    const isLookup = isSetTest(atom) && atom.test.in.intervalCount > 1;
    price += reached * ((index === 0 ? 0 : match) + (isLookup ? hash(1, 1) : 0));
    reached *= passing(atom);
  }
  return price;
}

/** The part of all packets that a match lets through, as far as its values tell. */
function passing(atom: Atom): number {
  if (!isSetTest(atom)) return 1;
  const { in: set } = atom.test;
  const part = Number(set.size()) / 2 ** set.width;
  return atom.negated ? 1 - part : part;
}

/** The steps together: a packet pays what each of them adds. */
function stepsCost(steps: readonly PlanNode[], costs: readonly Cost[]): Cost {
  const expected = partsOfSteps(steps, costs).reduce((all, part) => all + part, 0);
  return { ...sum(costs), expected };
}

/**
 * What each step of a sequence adds to the expected cost of all. A packet goes through the steps up to the one that it is for.
 * Only a profile tells which that is; without one, it goes through all of them.
 */
export function partsOfSteps(steps: readonly PlanNode[], costs: readonly Cost[]): readonly number[] {
  const { isProfiled, weight } = sum(costs);
  if (!isProfiled || weight === 0) return costs.map(({ expected }) => expected);
  let left = weight;
  return costs.map((own, at) => {
    left -= own.weight;
    const goingOn = left * (steps[at]!.kind === 'rules' ? own.worst : own.expected);
    return (own.weight * own.expected + goingOn) / weight;
  });
}

function sum(costs: readonly Cost[]): Cost {
  return costs.reduce(
    (all, one) => ({
      expected: all.expected + one.expected,
      worst: all.worst + one.worst,
      weight: all.weight + one.weight,
      isProfiled: all.isProfiled || one.isProfiled,
    }),
    { expected: 0, worst: 0, weight: 0, isProfiled: false },
  );
}

/** One of several ways is taken. */
function behind(price: number, ways: readonly Cost[]): Cost {
  const weight = ways.reduce((all, way) => all + way.weight, 0);
  const expected = weight === 0 ? 0 : ways.reduce((all, way) => all + way.expected * way.weight, 0) / weight;
  const worst = ways.reduce((most, way) => Math.max(most, way.worst), 0);
  return { expected: price + expected, worst: price + worst, weight, isProfiled: ways.some((way) => way.isProfiled) };
}

/** What each of several ways, of which a packet takes one, adds to the expected cost of all. */
export function partsOfWays(ways: readonly Cost[]): readonly number[] {
  const all = ways.reduce((whole, { weight }) => whole + weight, 0);
  return ways.map(({ expected, weight }) => (all === 0 ? 0 : (expected * weight) / all));
}

/** What of a switch its lookup's price depends on. */
interface Lookups {
  readonly field: Switch['field'];
  /** Of addresses; services are alike in both. */
  readonly family?: Switch['family'];
  readonly cases: readonly { readonly values: IntervalSet }[];
}

/** How a switch's value is found, and among how many elements. */
export interface SwitchLookup {
  readonly kind: 'hash' | 'interval' | 'concatenatedInterval';
  readonly elements: number;
}

export function switchLookup({ field, cases }: Lookups): SwitchLookup {
  const sets = cases.map(({ values }) => values);
  const intervals = sets.reduce((all, { intervalCount }) => all + intervalCount, 0);
  const blocks = field.kind === 'address' ? blocksOf(sets) : undefined;
  if (blocks) return { kind: 'hash', elements: blocks.count };
  if (sets.every((set) => set.size() === BigInt(set.intervalCount))) return { kind: 'hash', elements: intervals };
  return { kind: field.field === 'service' ? 'concatenatedInterval' : 'interval', elements: intervals };
}

/** A lookup in a switch's cases, and the way into the chain of one; of `copies` such switches a packet comes to one. */
export function switchPrice(lookups: Lookups, prices: Prices, copies: number): number {
  const { kind, elements } = switchLookup(lookups);
  return (
    prices.chain(copies * lookups.cases.length) + priceOfKind(prices, kind, elements, copies, keyOfSwitch(lookups))
  );
}
