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
  if (known.length > 0) {
    return rule.refuse('states and translations in one match', 'Make it two rules, one for each.');
  }
  const status = flags.map((flag) => `ct status ${negated ? '& ' : ''}${flag}${negated ? ' == 0' : ''}`);
  if (flags.length > 1 && !negated) return rule.opaque('ct status snat,dnat', 'translated flows');
  for (const one of status) rule.opaque(one, 'translated flows');
}
