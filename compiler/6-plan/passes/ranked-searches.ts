import { isSetTest } from '../../4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../4-program/program.ts';
import { costOf } from '../../cost/cost.ts';
import type { Prices } from '../../cost/prices.ts';
import type { AddressField } from '../../model/fields.ts';
import { byFamily, isForOneFamily, mayBeCopied, runsOf, type FamilyRules } from '../classify/runs.ts';
import { Space } from '../classify/space.ts';
import { treeOf } from '../classify/tree.ts';
import { Boxes } from '../classify/boxes.ts';
import { isPlain, sameDecision } from '../commute.ts';
import { freeMarkBits, markBitsFor } from '../mark-bits.ts';
import type { PlanNode, Ranked } from '../plan.ts';
import { codesOf } from '../rank-codes.ts';
import { mapRules, sequence, type Pass, type PassContext } from './pass.ts';

export const rankedSearches: Pass = {
  name: 'ranked-searches',
  description: `A long list in which many rules name sources, and many others destinations, has no small tree: it would hold their
product. It becomes independent searches: the rules with a narrow source, those of the rest with a narrow destination (or the
other way round), and what is left, each with a tree of its own. Each search finds the first of its rules that a packet
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
/** A set is narrow if it is at most this part of all addresses; several are tried. */
const NARROW = [2 ** -8, 2 ** -12, 2 ** -16];
const ORDERS = [
  ['source', 'destination'],
  ['destination', 'source'],
] as const;

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
  const boxes = new Boxes(rules);
  for (const order of ORDERS) {
    for (const narrow of NARROW) {
      const groups = groupsOf(rules, order, narrow);
      const settled = settledRules(groups, part.rules, boxes);
      const searches = groups.map((group) => search(group, part, settled, prices));
      const ranked: Ranked = { kind: 'ranked', origin: rules[0]!.origin, searches };
      const own = expenseOf(ranked, prices);
      if (groups.length < 2 || own >= price || markBitsFor(codesOf(ranked), program) === undefined) continue;
      best = ranked;
      price = own;
    }
  }
  return best;
}

/** Numbers of rules, by the first of the fields in which they are narrow; those that are in none come last. */
function groupsOf(rules: readonly ProgramRule[], order: readonly AddressField[], narrow: number): number[][] {
  const groups: number[][] = [...order.map(() => []), []];
  for (const [number, rule] of rules.entries()) {
    const home = order.findIndex((field) => partOfAll(rule, field) <= narrow);
    groups.at(home)!.push(number);
  }
  return groups.filter((group) => group.length > 0);
}

/** How much of all addresses a rule wants of a field. */
function partOfAll({ atoms }: ProgramRule, field: AddressField): number {
  const isOfField = ({ test, negated }: Atom) =>
    !negated && test.kind === 'address' && test.field === field && test.view === 'real';
  const atom = atoms.find((one) => isOfField(one) && isSetTest(one));
  return atom && isSetTest(atom) ? Number(atom.test.in.size()) / 2 ** atom.test.in.width : 1;
}

/**
 * The rules of the first search that decide at once when it finds them: none of another search stands before them, meets a
 * packet that they meet, and decides otherwise. Later searches hold candidates only, and so may be passed by.
 */
function settledRules(
  groups: readonly (readonly number[])[],
  rules: readonly ProgramRule[],
  boxes: Boxes,
): Set<number> {
  const [first = [], ...others] = groups;
  const goesBefore = (one: number, rule: number) =>
    boxes.meet(one, rule) && !sameDecision(rules[one]!.decision, rules[rule]!.decision);
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

/** The tree of some of the rules; their numbers are their ranks. Those that are settled decide at once. */
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
  return treeOf(space, prices, (list, done, protocol) => {
    const lists: PlanNode[] = [];
    for (const run of runsOf(list, (rule) => settled.has(numbers[rule]!))) {
      const left = run.items.map((rule) => space.strip(rule, done, protocol));
      const ranks = run.items.map((rule) => numbers[rule]!);
      lists.push(run.isOpen ? { kind: 'rules', rules: left } : { kind: 'candidates', rules: left, ranks });
    }
    return sequence(lists);
  });
}
