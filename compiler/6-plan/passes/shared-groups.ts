import { costOf } from '../../cost/cost.ts';
import { childrenOf, everyNode, leaves, withChildren, type PlanNode } from '../plan.ts';
import type { Pass, PassContext } from './pass.ts';

export const sharedGroups: Pass = {
  name: 'shared-groups',
  description: `Uses of a group for the same rules (user chains that an import has read, with several jumps to them) share one plan.
Whether that becomes a chain that each use jumps to, or stands in place of each use, is chosen by the plane's prices: a chain
has to be entered, and copies are more memory to reach. All copies of a plan together may have no more rules than the plan
itself and some thousand. A group that something leaves is always a chain. Either way a packet meets the same rules in
the same order.`,
  run: (node, context) => withChains(node, context),
};

/** Copies may have so many rules besides as many as there are without them. */
const FREE_COPIES = 1024;

function withChains(root: PlanNode, { prices }: PassContext): PlanNode {
  const uses = usesOfBodies(root);
  if (![...uses.values()].some((count) => count > 1)) return root;
  const sizes = new Map<PlanNode, number>();
  let budget = FREE_COPIES;
  for (const node of everyNode(root)) budget += ownSize(node);
  const isChain = (body: PlanNode, count: number): boolean => {
    const more = (count - 1) * sizeOf(body, sizes);
    const inPlace = costOf(body, prices, count).expected;
    if (more > budget || prices.chain(1) + costOf(body, prices).expected <= inPlace) return true;
    budget -= more;
    return false;
  };
  const chosen = new Map<PlanNode, boolean>();
  const done = new Map<PlanNode, PlanNode>();
  // Those below come first, so that copies of a body hold the copies below it.
  const visit = (node: PlanNode): PlanNode => {
    const known = done.get(node);
    if (known) return known;
    const result = withChosen(node, withChildren(node, visit));
    done.set(node, result);
    return result;
  };
  const withChosen = (before: PlanNode, node: PlanNode): PlanNode => {
    const count = before.kind === 'scope' ? uses.get(before.body)! : 1;
    if (node.kind !== 'scope' || count < 2 || leaves(node.body)) return node;
    let choice = chosen.get(node.body);
    if (choice === undefined) chosen.set(node.body, (choice = isChain(node.body, count)));
    return choice ? { ...node, isChain: true } : node;
  };
  return visit(root);
}

/** How many uses each group's plan has. */
function usesOfBodies(root: PlanNode): ReadonlyMap<PlanNode, number> {
  const uses = new Map<PlanNode, number>();
  for (const node of everyNode(root)) {
    if (node.kind === 'scope') uses.set(node.body, (uses.get(node.body) ?? 0) + 1);
  }
  return uses;
}

/** How many rules and cases of lookups carry a node out once; what is a chain of its own below it is carried out elsewhere. */
function sizeOf(node: PlanNode, known: Map<PlanNode, number>): number {
  let size = known.get(node);
  if (size === undefined) {
    const below = node.kind === 'scope' && (node.isChain || leaves(node.body)) ? [] : childrenOf(node);
    size = below.reduce((sum, one) => sum + sizeOf(one, known), ownSize(node));
    known.set(node, size);
  }
  return size;
}

function ownSize(node: PlanNode): number {
  switch (node.kind) {
    case 'rules':
    case 'candidates':
      return node.rules.length;
    case 'lookup':
      return node.classes.reduce((sum, { rules }) => sum + rules.length, 0);
    case 'switch':
      return node.cases.length;
    default:
      return 1;
  }
}
