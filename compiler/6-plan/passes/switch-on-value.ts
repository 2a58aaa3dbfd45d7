import type { ProgramRule } from '../../4-program/program.ts';
import { byFamily, isForOneFamily, mayBeCopied, runsOf } from '../classify/runs.ts';
import { Space } from '../classify/space.ts';
import { treeOf } from '../classify/tree.ts';
import type { PlanNode } from '../plan.ts';
import { mapRules, sequence, type Pass, type PassContext } from './pass.ts';

export const switchOnValue: Pass = {
  name: 'switch-on-value',
  description: `A list of rules becomes a tree of lookups (chains per network, verdict maps): of source, destination, protocol,
service or port, at each place the one that leaves a packet with the least work by the plane's prices. The values are cut
into disjoint sets, each with the rules that its packets can meet, those that do not test the field among them, in their
order; what is in none of the sets meets the rules that do not test it. IPv4 addresses may be cut by their upper bits alone,
which a hash table finds: a rule that holds for a part of such a cell asks for the address once more below. A rule behind one
that decides about all of its packets is left out. So every packet goes one way, past every rule that it
might match, once, and the first that decides is the same. Equal subtrees are one. Short lists stay: a few comparisons cost
less than a lookup.`,
  run: (node, context) => mapRules(node, (rules) => switched(rules, context)),
};

/** Shorter lists are read more easily than trees, and are hardly slower. */
const SHORTEST_LIST = 24;

function switched(rules: readonly ProgramRule[], context: PassContext): PlanNode {
  const hasFamilies = rules.some(({ family }) => family !== undefined);
  const isOpen = (rule: ProgramRule) => mayBeCopied(rule) && (!hasFamilies || isForOneFamily(rule));
  return sequence(
    runsOf(rules, isOpen).map(
      (run): PlanNode => (run.isOpen ? treesOf(run.items, context) : undefined) ?? { kind: 'rules', rules: run.items },
    ),
  );
}

/** A tree for each family; undefined where lists are cheaper. */
function treesOf(rules: readonly ProgramRule[], { prices }: PassContext): PlanNode | undefined {
  if (rules.length < SHORTEST_LIST) return undefined;
  const trees = byFamily(rules).map((part) => {
    const space = new Space(part.rules, part.family);
    return treeOf(space, prices, (items, protocol) => ({
      kind: 'rules',
      rules: items.map((item) => space.strip(item, protocol)),
    }));
  });
  return trees.every(({ kind }) => kind === 'rules') ? undefined : sequence(trees);
}
