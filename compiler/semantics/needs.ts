/** What a policy needs of the host. */
import type { Condition } from '../model/condition.ts';
import { familiesOf } from '../3-check/families.ts';
import type { Policy, Rule, RuleItem } from '../model/policy.ts';

const tracking = { 4: new WeakMap<Policy, boolean>(), 6: new WeakMap<Policy, boolean>() };

/** Whether packets of a family are tracked, and so reassembled: some part of the policy speaks of flows. */
export function needsTracking(policy: Policy, family: 4 | 6): boolean {
  let needs = tracking[family].get(policy);
  if (needs === undefined) {
    needs = speaksOfFlows(policy) || itemsTranslate(policy.nat?.body ?? [], family);
    tracking[family].set(policy, needs);
  }
  return needs;
}

/** Whether some rule translates packets of the family; the host's own addresses are known in both. */
function itemsTranslate(items: readonly RuleItem[], family: 4 | 6): boolean {
  return items.some((item) => (item.kind === 'rule' ? translates(item, family) : itemsTranslate(item.body, family)));
}

function translates({ translation, condition }: Rule, family: 4 | 6): boolean {
  if (translation === undefined) return false;
  if (!('target' in translation)) return true;
  const [target, meets] =
    family === 4
      ? [translation.target.v4, familiesOf(condition).ipv4]
      : [translation.target.v6, familiesOf(condition).ipv6];
  return target !== undefined && meets;
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
  if (policy.dispatch !== undefined || filters.some(({ stateful }) => stateful)) return true;
  if (policy.balances.some(({ forward }) => forward === 'dnat')) return true;
  const blocks = [...filters, ...Object.values(policy.mangles), policy.raw, policy.count];
  return blocks.some((block) => block !== undefined && itemsSpeakOfFlows(block.body));
}

function itemsSpeakOfFlows(items: readonly RuleItem[]): boolean {
  return items.some((item) =>
    item.kind === 'rule'
      ? asksForState(item.condition) ||
        item.gates.some(({ kind }) => kind === 'connections') ||
        item.effects.some(({ effect }) => effect.kind === 'helper')
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

const proxying = new WeakMap<Policy, boolean>();

/** Whether some rule hands SYNs to `synproxy`. */
export function usesSynproxy(policy: Policy): boolean {
  let uses = proxying.get(policy);
  if (uses === undefined) {
    uses = Object.values(policy.filters).some(({ body }) => itemsProxy(body));
    proxying.set(policy, uses);
  }
  return uses;
}

function itemsProxy(items: readonly RuleItem[]): boolean {
  return items.some((item) => (item.kind === 'rule' ? item.verdict?.kind === 'synproxy' : itemsProxy(item.body)));
}
