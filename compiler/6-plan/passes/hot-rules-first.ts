import type { ProgramRule } from '../../4-program/program.ts';
import { totalWeight, weightOf } from '../../cost/cost.ts';
import type { Prices } from '../../cost/prices.ts';
import { hotOrder } from '../hot-order.ts';
import type { PlanNode } from '../plan.ts';
import { mapRules, type Pass } from './pass.ts';

export const hotRulesFirst: Pass = {
  name: 'hot-rules-first',
  description: `Where a profile (\`--profile\`) says how many packets met each rule, rules that many met move up. One moves past
another only if the two commute: no packet meets both, or both do the same. Where a colder rule is in the way it comes along, if
that pays for both. Two rules that do not commute stand as they did, so each packet meets the same rules, in the same order. The
first of a long list stand before what becomes of the rest, as long as the next packet is more likely to be for
them than it costs to ask, by the plane's prices.`,
  run: (node, { prices }) =>
    mapRules(node, (rules) =>
      rules.some(({ weight }) => weight !== undefined) ? ordered(rules, prices) : { kind: 'rules', rules },
    ),
};

/** Of shorter lists no lookups are made. */
const SHORTEST_LIST = 24;

function ordered(rules: readonly ProgramRule[], prices: Prices): PlanNode {
  const list = hotOrder(rules).map((number) => rules[number]!);
  const first = list.length < SHORTEST_LIST ? 0 : worthAsking(list, prices);
  if (first === 0) return { kind: 'rules', rules: list };
  return {
    kind: 'sequence',
    steps: [
      { kind: 'rules', rules: list.slice(0, first) },
      { kind: 'rules', rules: list.slice(first) },
    ],
  };
}

/** How many rules of the list pay before what becomes of the others: those that save their packets more than they cost all. */
function worthAsking(list: readonly ProgramRule[], { rule, match, hash, chain }: Prices): number {
  const others = hash(list.length, 1) + chain(list.length) + rule + match;
  let left = totalWeight(list);
  const most = list.length - SHORTEST_LIST;
  for (let at = 0; at < most; at++) {
    const weight = weightOf(list[at]!);
    if (weight * others <= left * (rule + match)) return at;
    left -= weight;
  }
  return most;
}
