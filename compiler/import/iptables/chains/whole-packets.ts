/** Where packets are tracked, fragments are put together before any rule: that none is a later one need not be said. */
import type { Family } from '../dump/dump.ts';
import type { ImportedRule, Term } from '../rules.ts';
import { reachedRules, type ReachedRules } from './uses.ts';

/** The families whose packets the policy tracks, and so iptables does: some rule asks for a flow, or translates. */
export function trackedFamilies(tables: readonly ReachedRules[]): ReadonlySet<Family> {
  const rules = tables.flatMap(reachedRules);
  if (rules.some(({ terms }) => terms.some(asksForFlow))) return new Set([4, 6]);
  return new Set(rules.flatMap(({ family, outcome }) => (outcome.kind === 'translate' ? [family] : [])));
}

function asksForFlow({ slot, items }: Term): boolean {
  return slot === 'state' || (slot === 'limit' && items.some((item) => item.includes(' connections')));
}

/** The rule without the clause that a packet is no later fragment. */
export function withWholePackets(rule: ImportedRule): ImportedRule {
  const terms = rule.terms.filter(({ slot, negated }) => slot !== 'fragment' || !negated);
  return terms.length === rule.terms.length ? rule : { ...rule, terms };
}
