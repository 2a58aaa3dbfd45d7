import { isSetTest } from '../../4-program/atoms.ts';
import type { Atom, Decision, ProgramRule } from '../../4-program/program.ts';
import { costOf } from '../../cost/cost.ts';
import type { Prices } from '../../cost/prices.ts';
import type { AddressField } from '../../model/fields.ts';
import { ruleOf } from '../classify/item.ts';
import { byFamily, isForOneFamily, mayBeCopied, runsOf, type FamilyRules } from '../classify/runs.ts';
import { AXES, Space } from '../classify/space.ts';
import { treeOf, type Beginning, type Leaf } from '../classify/tree.ts';
import { exclude, isPlain, sameDecision } from '../commute.ts';
import { freeMarkBits, markBitsFor } from '../mark-bits.ts';
import { sidesMeet, sidesOf, type Sides } from '../overlaps/sides.ts';
import type { PlanNode, Ranked } from '../plan.ts';
import { codesOf } from '../rank-codes.ts';
import { mapRules, sequence, type Pass, type PassContext } from './pass.ts';

export const rankedSearches: Pass = {
  name: 'ranked-searches',
  description: `A long list in which many rules name sources, and many others destinations, has no small tree: it would hold their
product. It becomes independent searches: the rules with a narrow source, those of the rest with a narrow destination (or the
other way round), where it pays those of the rest that name few ports, and what is left, each with a tree of its own. Each search finds the first of its rules that a packet
meets, and the one that stands first in the list is carried out, so it is the same rule as before. Only rules that do nothing
but decide take part; one that no rule of another search can go before decides at once. The best rank so far needs bits of the packet's mark, so a target has to reserve some (\`marks
reserve\`); it is done where it is cheaper than one tree by the plane's prices.`,
  run: (node, context) => searchesBelow(treePrice, node, context),
};

/** What searches must cost less than, to stand in the place of a family's rules. */
type PriceToBeat = (part: FamilyRules, prices: Prices) => number;

/** The pass for searches that cost less than this. */
export function searchesBelow(toBeat: PriceToBeat, node: PlanNode, context: PassContext): PlanNode {
  return mapRules(node, (rules) => split(rules, context, toBeat));
}

/** Shorter lists have small trees. */
const SHORTEST_LIST = 64;
/** A set of addresses is narrow if it is at most this part of all; several are tried. */
const NARROW = [2 ** -10, 2 ** -16];
/** So is a set of ports: a few of them, of a few protocols. */
const NARROW_PORTS = { service: 2 ** -10, 'source port': 2 ** -10 };

/** Of more rules, one tree is grown for a search. */
const MOST_FOR_TRYING = 1000;
/** How often the cases of trees for fewer may name rules. */
const NAMES_TRIED = [10_000, 50_000];

/** A field that a search may be for. */
type SearchField = AddressField | keyof typeof NARROW_PORTS;

const ADDRESSES = [
  ['source', 'destination'],
  ['destination', 'source'],
] as const;
/** Fields of further searches. */
const PORTS = [[], ['service'], ['service', 'source port']] as const;

function split(rules: readonly ProgramRule[], context: PassContext, toBeat: PriceToBeat): PlanNode {
  const isOpen = (rule: ProgramRule) => isPlain(rule) && mayBeCopied(rule) && isForOneFamily(rule);
  const steps = runsOf(rules, isOpen).flatMap((run): PlanNode[] => {
    if (!run.isOpen || run.items.length < SHORTEST_LIST) return [{ kind: 'rules', rules: run.items }];
    const parts = byFamily(run.items).map((part) => searchesFor(part, context, toBeat));
    if (parts.every((part) => part === undefined)) return [{ kind: 'rules', rules: run.items }];
    return byFamily(run.items).map((part, index) => parts[index] ?? { kind: 'rules', rules: restricted(part) });
  });
  return sequence(steps);
}

function restricted({ family, rules }: FamilyRules): ProgramRule[] {
  return rules.map((rule) => ({ ...rule, family }));
}

/** What one tree of all the rules costs. */
function treePrice(part: FamilyRules, prices: Prices): number {
  return expenseOf(search([...part.rules.keys()], part, new Set(), prices), prices);
}

function expenseOf(node: PlanNode, prices: Prices): number {
  const { expected, worst } = costOf(node, prices);
  return expected + worst;
}

/** The cheapest way of searches for a family's rules; undefined where none costs less, or the mark has no room. */
function searchesFor(part: FamilyRules, { prices, program }: PassContext, toBeat: PriceToBeat): Ranked | undefined {
  const { rules, family } = part;
  if (family === undefined || rules.length < SHORTEST_LIST || freeMarkBits(program) === 0) return undefined;
  let price = toBeat(part, prices);
  let best: Ranked | undefined;
  const sides = sidesOf(rules);
  const known = new Map<string, PlanNode>();
  for (const groups of groupings(rules)) {
    const [first, ...others] = groups;
    if (!first || others.length === 0) continue;
    const settled = settledRules(first, others, rules, sides);
    const searches = groups.map((group) => {
      const key = `${group.join()} ${group === first ? [...settled].join() : ''}`;
      const node = known.get(key) ?? search(group, part, group === first ? settled : new Set(), prices);
      known.set(key, node);
      return node;
    });
    const ranked: Ranked = { kind: 'ranked', origin: rules[0]!.origin, searches };
    const own = expenseOf(ranked, prices);
    if (own >= price || markBitsFor(codesOf(ranked), program) === undefined) continue;
    best = ranked;
    price = own;
  }
  return best;
}

/** Ways to share out the rules among searches, as their numbers. */
function groupings(rules: readonly ProgramRule[]): number[][][] {
  const parts = {
    source: rules.map((rule) => partOf(rule, 'source')),
    destination: rules.map((rule) => partOf(rule, 'destination')),
    'source port': rules.map((rule) => partOf(rule, 'source port')),
    service: rules.map((rule) => Math.min(partOf(rule, 'service'), partOf(rule, 'destination port'))),
  };
  return ADDRESSES.flatMap((addresses) =>
    NARROW.flatMap((narrow) =>
      PORTS.map((ports) =>
        groupsOf(rules.length, [...addresses, ...ports], parts, {
          source: narrow,
          destination: narrow,
          ...NARROW_PORTS,
        }),
      ),
    ),
  );
}

/** Numbers of rules, by the first of the fields in which they are narrow; those that are in none come last. */
function groupsOf(
  count: number,
  order: readonly SearchField[],
  parts: Readonly<Record<SearchField, readonly number[]>>,
  narrow: Readonly<Record<SearchField, number>>,
): number[][] {
  const groups: number[][] = [...order.map(() => []), []];
  for (let rule = 0; rule < count; rule++) {
    const home = order.findIndex((field) => parts[field][rule]! <= narrow[field]);
    groups.at(home)!.push(rule);
  }
  return groups.filter((group) => group.length > 0);
}

/** How much of all its values a rule wants of a field. */
function partOf({ atoms }: ProgramRule, field: SearchField | 'destination port'): number {
  const isOfField = ({ test, negated }: Atom) =>
    !negated &&
    (test.kind === 'address' || test.kind === 'number') &&
    test.field === field &&
    (test.view ?? 'real') === 'real';
  const atom = atoms.find((one) => isOfField(one) && isSetTest(one));
  return atom && isSetTest(atom) ? Number(atom.test.in.size()) / 2 ** atom.test.in.width : 1;
}

/**
 * The rules of the first search that decide at once when it finds them: none of another search stands before them, meets a
 * packet that they meet, and decides otherwise. Later searches hold candidates only, and so may be passed by.
 */
function settledRules(
  first: readonly number[],
  others: readonly (readonly number[])[],
  rules: readonly ProgramRule[],
  sides: Sides,
): Set<number> {
  // Of thousands of pairs, few decisions are told apart more than once.
  const known: (Decision | undefined)[] = [];
  const decisions = rules.map(({ decision }) => {
    const number = known.findIndex((one) => sameDecision(one, decision));
    return number < 0 ? known.push(decision) - 1 : number;
  });
  const mayMeet = (one: number, rule: number) =>
    sidesMeet(sides, one, rule) && !exclude(rules[one]!.atoms, rules[rule]!.atoms);
  const goesBefore = (one: number, rule: number) => decisions[one] !== decisions[rule] && mayMeet(one, rule);
  const isBeaten = (rule: number) => others.some((other) => someBelow(other, rule, (one) => goesBefore(one, rule)));
  return new Set(first.filter((rule) => !isBeaten(rule)));
}

/** Whether some number of an ascending list, below `limit`, passes the test. */
function someBelow(list: readonly number[], limit: number, test: (number: number) => boolean): boolean {
  for (const number of list) {
    if (number >= limit) return false;
    if (test(number)) return true;
  }
  return false;
}

/** The cheapest tree of some of the rules; their numbers are their ranks. Those that are settled decide at once. */
function search(
  numbers: readonly number[],
  { rules, family }: FamilyRules,
  settled: ReadonlySet<number>,
  prices: Prices,
): PlanNode {
  const space = new Space(
    numbers.map((number) => rules[number]!),
    family,
  );
  const leaf: Leaf = (items, protocol) => {
    const lists: PlanNode[] = [];
    for (const run of runsOf(items, (item) => settled.has(numbers[ruleOf(item)]!))) {
      const left = run.items.map((item) => space.strip(item, protocol));
      const ranks = run.items.map((item) => numbers[ruleOf(item)]!);
      lists.push(run.isOpen ? { kind: 'rules', rules: left } : { kind: 'candidates', rules: left, ranks });
    }
    return sequence(lists);
  };
  const trees = beginnings(numbers.length).map((beginning) => treeOf(space, prices, leaf, beginning));
  const expenses = trees.map((tree) => expenseOf(tree, prices));
  return trees[expenses.indexOf(Math.min(...expenses))]!;
}

/** Ways to begin a tree for so many rules: the lookup that seems best is not always, and of few rules all can be tried. */
function beginnings(rules: number): readonly Beginning[] {
  if (rules > MOST_FOR_TRYING) return [{}];
  return [{}, ...AXES.flatMap((first) => NAMES_TRIED.map((names) => ({ first, names })))];
}
