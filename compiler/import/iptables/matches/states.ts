/** Connection states, as `-m state` and `-m conntrack` name them. */
import type { RuleBuilder } from '../rule-builder.ts';

const STATES = ['new', 'established', 'related', 'invalid', 'untracked'] as const;

export function matchStates(word: string, negated: boolean, rule: RuleBuilder): void {
  const names = word.toLowerCase().split(',');
  const flags = names.filter((name) => name === 'snat' || name === 'dnat');
  const known = STATES.filter((state) => names.includes(state));
  if (known.length + flags.length < names.length) return rule.unknown(`\`${word}\` are no states`);
  if (flags.length === 0) {
    const states = negated ? STATES.filter((state) => !known.includes(state)) : known;
    return states.length === 0 ? rule.never() : rule.match('state', states);
  }
  // A packet that is not tracked has no status, and nft says neither yes nor no of it: `not` does.
  const translated = `ct status ${flags.join(',')}`;
  if (negated) {
    rule.opaque(translated, 'translated flows', true);
    const others = STATES.filter((state) => !known.includes(state));
    return known.length === 0 ? undefined : rule.match('state', others);
  }
  if (known.length === 0) return rule.opaque(translated, 'translated flows');
  rule.either({ slot: 'state', items: known, negated: false }, translated, 'translated flows');
}
