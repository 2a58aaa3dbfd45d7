/** A plan's nodes as rules and chains of nft. */
import { isNothing, leaves, type PlanNode, type ScopeNode, type Sequence } from '../../../compiler/6-plan/plan.ts';
import type { NftChain } from '../tree.ts';
import { lowerLookup } from './lookups.ts';
import { lowerCandidates, lowerRanked } from './ranked.ts';
import { lowerRule, placeText, type RulePlace } from './rules.ts';
import { lowerSwitch } from './switches.ts';

type NodeLowering<Kind extends PlanNode['kind']> = (
  node: Extract<PlanNode, { kind: Kind }>,
  chain: NftChain,
  place: RulePlace,
) => void;

const NODES: { readonly [Kind in PlanNode['kind']]: NodeLowering<Kind> } = {
  sequence: lowerSequence,
  rules: (node, chain, place) => {
    for (const rule of node.rules) lowerRule(rule, chain, place);
  },
  lookup: lowerLookup,
  scope: lowerScope,
  switch: (node, chain, place) => lowerSwitch(node, chain, place, lowerNode),
  ranked: (node, chain, place) => lowerRanked(node, chain, place, lowerNode),
  candidates: lowerCandidates,
};

/** Appends what carries out `node` to `chain`. */
export function lowerNode(node: PlanNode, chain: NftChain, place: RulePlace): void {
  if (isNothing(node)) return;
  (NODES[node.kind] as NodeLowering<PlanNode['kind']>)(node as never, chain, place);
}

/** Nothing stands behind the last step where nothing stands behind all of them. */
function lowerSequence({ steps }: Sequence, chain: NftChain, place: RulePlace): void {
  const before: RulePlace = { ...place, isTail: false };
  for (const step of steps) lowerNode(step, chain, step === steps.at(-1) ? place : before);
}

/** A group's use is a chain where something leaves it or the plan says so, and otherwise stands in place. */
function lowerScope(scope: ScopeNode, chain: NftChain, place: RulePlace): void {
  if (!scope.isChain && !leaves(scope.body)) {
    lowerNode(scope.body, chain, place);
    return;
  }
  const name = place.context.body(scope.body, placeText(place), () => {
    const owner = `${scope.origin.name} ${chain.name}`;
    const own = place.context.chain(`${chain.name}_${scope.name}`, owner, scope.origin.text);
    lowerNode(scope.body, own, { ...place, isTail: true });
    return own.name;
  });
  chain.rules.push({ statements: [`jump ${name}`], origin: scope.origin });
}
