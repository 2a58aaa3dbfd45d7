import type { ProgramRule } from '../../4-program/program.ts';
import { costOf, type Cost } from '../../cost/cost.ts';
import type { Prices } from '../../cost/prices.ts';
import { MOST_INTERVALS } from '../concatenated/elements.ts';
import { bytesOfKey, keyOfLookup } from '../../cost/keys.ts';
import { groupsOf, type Group } from '../concatenated/groups.ts';
import { intervalBoxes, wholeBoxes } from '../concatenated/key-boxes.ts';
import { FEWEST_RULES, withLookups, type Elements, type Way } from '../concatenated/ways.ts';
import type { Lookup, PlanNode, Rules } from '../plan.ts';
import { mapRules, type Pass, type PassContext } from './pass.ts';

export const concatenatedKeys: Pass = {
  name: 'concatenated-keys',
  description: `Rules that ask for the same fields, and differ in the values of two or more of them, become one lookup of all these
fields together: a set or a verdict map with concatenated keys, however many rules there are. Their values become the elements
of a table. No two elements meet: what an earlier rule has is cut out of a later one, or the later one stays a rule. A rule gets
into the lookup only past rules with which it commutes (no packet meets both, or both decide the same), so the first rule that
decides about a packet decides the same as before. What else the rules ask is the same in all of them, and tested before. Where
elements are whole values (or prefixes of one length) the table is a hash table, otherwise one of intervals; which rules get
there, if any, is chosen by the plane's prices, with what all other passes make of the rest.`,
  run: (node, context) => mapRules(node, (rules) => lookedUp(rules, context)),
};

/** Groups of a smaller part of a list are looked up in vain by too many packets. */
const SMALLEST_PART = 1 / 16;
/** Longer lists are not planned twice to compare, which would take longer than all the rest: see `roughly`. */
const LONGEST_PLANNED = 20_000;

function lookedUp(rules: readonly ProgramRule[], context: PassContext): PlanNode {
  const list: Rules = { kind: 'rules', rules };
  const tries = triesFor(rules);
  if (tries.length === 0) return list;
  const { prices } = context;
  const isLong = rules.length > LONGEST_PLANNED;
  const whole = isLong ? roughly(rules.length, prices) : planned(list, context);
  let best: PlanNode = list;
  let price = whole.expected + whole.worst;
  for (const { groups, elements } of tries) {
    if (hopeFor(priceBefore(groups, elements, prices), partIn(groups, rules), whole) >= price) continue;
    const way = withLookups(rules, groups, elements, context.stage.id.replaceAll(' ', '_'));
    if (!way || hopeFor(priceOf(way.lookups, prices), way.part, whole) >= price) continue;
    const own = isLong ? priceOfLong(way, rules.length, prices) : priceOfPlanned(way, context);
    if (own >= price) continue;
    best = way.node;
    price = own;
  }
  return best;
}

/** Groups that might be looked up, and by what. */
interface Try {
  readonly groups: readonly Group[];
  readonly elements: Elements;
}

function triesFor(rules: readonly ProgramRule[]): Try[] {
  if (rules.length < FEWEST_RULES) return [];
  const fewest = Math.max(FEWEST_RULES, rules.length * SMALLEST_PART);
  const whole = groupsOf(rules, wholeBoxes, fewest);
  const tries: Try[] = [{ groups: whole, elements: 'whole' }];
  if (rules.length <= LONGEST_PLANNED) {
    if (whole.length > 1) tries.push({ groups: whole.slice(0, 1), elements: 'whole' });
    tries.push({ groups: groupsOf(rules, intervalBoxes, fewest).slice(0, 1), elements: 'intervals' });
  }
  return tries.filter(({ groups }) => groups.length > 0);
}

function partIn(groups: readonly Group[], rules: readonly ProgramRule[]): number {
  return groups.reduce((sum, { members }) => sum + members.size, 0) / rules.length;
}

/** What lookups for all of the groups will cost, as far as nothing is cut out of their elements. */
function priceBefore(groups: readonly Group[], elements: Elements, prices: Prices): number {
  return groups.reduce((sum, { parts, members }) => {
    const boxes = [...members.values()].reduce((count, own) => count + own.length, 0);
    const lookup =
      elements === 'whole'
        ? prices.hash(boxes, 1)
        : prices.concatenatedInterval(
            Math.min(boxes, MOST_INTERVALS),
            1,
            bytesOfKey(keyOfLookup({ key: parts.map((field) => ({ field })), family: 4 })),
          );
    return sum + lookup + prices.chain(1);
  }, 0);
}

function priceOf(lookups: readonly Lookup[], prices: Prices): number {
  return lookups.reduce((sum, lookup) => sum + costOf(lookup, prices).expected, 0);
}

/**
 * What a list may cost at best with lookups of this price, which hold this part of its rules. Most of what a tree costs is
 * there to reach any of its rules, so half of them cost hardly less than all; only where few are left, the rest is small.
 */
function hopeFor(lookups: number, part: number, { expected, worst }: Cost): number {
  const rest = Math.min(1, 2 * (1 - part));
  return 2 * lookups + rest * (worst + (1 - part) * expected);
}

/** What a plan costs when all passes are through. */
function planned(node: PlanNode, { prices, later }: PassContext): Cost {
  return costOf(later ? later(node) : node, prices);
}

/** A packet that a lookup decides about meets none of the rest. */
function priceOfPlanned({ node, lookups, part }: Way, context: PassContext): number {
  const { expected, worst } = planned(node, context);
  return expected + worst - part * (expected - priceOf(lookups, context.prices));
}

/** What a list of so many rules will cost: about one lookup among all of them, and the way into a chain of their own. */
function roughly(rules: number, { hash, chain }: Prices): Cost {
  const price = rules === 0 ? 0 : hash(rules, 1) + chain(rules);
  return { expected: price, worst: price, weight: rules, isProfiled: false };
}

function priceOfLong({ lookups, part }: Way, count: number, prices: Prices): number {
  const { expected, worst } = roughly((1 - part) * count, prices);
  return 2 * priceOf(lookups, prices) + worst + (1 - part) * expected;
}
