/** What a plan costs a packet on a plane. */
import { blocksOf } from '../6-plan/blocks.ts';
import type { Lookup, PlanNode, Switch } from '../6-plan/plan.ts';
import { columnOf, type Column } from '../model/table.ts';
import type { IntervalSet } from '../net/interval-set.ts';
import { isSetTest } from '../4-program/atoms.ts';
import type { Atom, Family, ProgramRule } from '../4-program/program.ts';
import type { Prices } from './prices.ts';

export interface Cost {
  /** Nanoseconds of a packet, on average over the rules that it may be for. */
  readonly expected: number;
  /** … and of the packet that takes longest. */
  readonly worst: number;
  /** Rules that the node carries out, copies counted each time: how much a branch weighs on average. */
  readonly rules: number;
}

/** The cost of a node; shared nodes are priced once, where they are first met. */
export function costOf(root: PlanNode, prices: Prices): Cost {
  return pricing(prices)(root);
}

/** Tells the cost of nodes, each priced once, those of a plan that share nodes among them. */
export function pricing(prices: Prices): (node: PlanNode) => Cost {
  const known = new Map<PlanNode, Cost>();
  const visit = (node: PlanNode, copies: number): Cost => {
    let cost = known.get(node);
    if (!cost) known.set(node, (cost = priced(node, prices, copies, visit)));
    return cost;
  };
  return (node) => visit(node, 1);
}

/** `copies`: how many nodes stand where this one does, in other cases of the lookups above. */
function priced(node: PlanNode, prices: Prices, copies: number, visit: (node: PlanNode, copies: number) => Cost): Cost {
  const below = (one: PlanNode) => visit(one, copies);
  switch (node.kind) {
    case 'rules':
    case 'candidates':
      return listCost(node.rules, prices, copies);
    case 'sequence':
      return sum(node.steps.map(below));
    case 'scope':
      return below(node.body);
    case 'ranked': {
      const each = sum(node.searches.map(below));
      const { rule, match, chain } = prices;
      const frame = node.searches.length * (chain(1) + rule + match) + 4 * (rule + match);
      return { ...each, expected: each.expected + frame, worst: each.worst + frame };
    }
    case 'lookup': {
      const rows = node.classes.reduce((count, one) => count + one.rows.length, 0);
      const lists = node.classes.map(({ rules }) => listCost(rules, prices, copies * node.classes.length));
      return behind(prices.chain(copies * node.classes.length) + prices[keyKind(node)](rows, copies), lists);
    }
    case 'switch': {
      const cases = node.cases.map(({ body }) => visit(body, copies * node.cases.length));
      return behind(switchPrice(node, prices, copies), [...cases, below(node.otherwise)]);
    }
  }
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

/** A packet goes through half of a list, on average, and all that is asked of the rule that it meets. */
function listCost(rules: readonly ProgramRule[], prices: Prices, copies: number): Cost {
  const { rule, match, reach } = prices;
  const fetching = NEXT_OF_LIST * reach(copies * rules.length);
  const whole = rules.reduce((all, one) => all + fetching + priceOfMatches(one, prices), 0);
  const met = rules.reduce((most, { atoms }) => Math.max(most, atoms.length), 0) * match;
  return { expected: (whole + Math.min(whole, rule)) / 2 + met, worst: whole + met, rules: rules.length };
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

function sum(costs: readonly Cost[]): Cost {
  return costs.reduce(
    (all, one) => ({
      expected: all.expected + one.expected,
      worst: all.worst + one.worst,
      rules: all.rules + one.rules,
    }),
    { expected: 0, worst: 0, rules: 0 },
  );
}

/** One of several ways is taken. */
function behind(price: number, ways: readonly Cost[]): Cost {
  const rules = ways.reduce((all, way) => all + way.rules, 0);
  const expected = ways.reduce((all, way) => all + way.expected * way.rules, 0) / Math.max(1, rules);
  const worst = ways.reduce((most, way) => Math.max(most, way.worst), 0);
  return { expected: price + expected, worst: price + worst, rules };
}

/** What of a switch its lookup's price depends on. */
interface Lookups {
  readonly field: Switch['field'];
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
  return prices.chain(copies * lookups.cases.length) + prices[kind](elements, copies);
}
