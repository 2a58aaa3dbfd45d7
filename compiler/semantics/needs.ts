/** What a policy needs of the host. */
import type { Condition } from '../model/condition.ts';
import type { Policy, RuleItem } from '../model/policy.ts';

const tracking = new WeakMap<Policy, boolean>();

/** Whether packets are tracked, and so reassembled: some part of the policy speaks of flows. */
export function needsTracking(policy: Policy): boolean {
  let needs = tracking.get(policy);
  if (needs === undefined) tracking.set(policy, (needs = speaksOfFlows(policy)));
  return needs;
}

/** Whether addresses are translated, so that no two flows may have the same replies. */
export function needsTranslation(policy: Policy): boolean {
  return policy.nat !== undefined || policy.balances.some(({ forward }) => forward === 'dnat');
}

/** Whether TCP flows may begin in their middle. One setting for the whole host; each filter says for itself what it lets in. */
export function allowsPickup(policy: Policy): boolean {
  return Object.values(policy.filters).some((filter) => filter.pickup);
}

function speaksOfFlows(policy: Policy): boolean {
  const filters = Object.values(policy.filters);
  if (needsTranslation(policy) || policy.dispatch !== undefined || filters.some(({ stateful }) => stateful)) {
    return true;
  }
  const blocks = [...filters, ...Object.values(policy.mangles), policy.raw, policy.count];
  return blocks.some((block) => block !== undefined && itemsSpeakOfFlows(block.body));
}

function itemsSpeakOfFlows(items: readonly RuleItem[]): boolean {
  return items.some((item) =>
    item.kind === 'rule'
      ? asksForState(item.condition) || item.gates.some(({ kind }) => kind === 'connections')
      : itemsSpeakOfFlows(item.body),
  );
}

function asksForState(condition: Condition): boolean {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.some(asksForState);
    case 'not':
      return asksForState(condition.of);
    case 'number':
      return condition.field === 'state';
    case 'address':
      return condition.view === 'original';
    default:
      return false;
  }
}
