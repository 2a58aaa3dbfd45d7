/** `-j NETMAP`: one network mapped on another, host by host. */
import { addressItem } from '../addresses.ts';
import { VALUE, type Extension } from '../options.ts';

/** Which end is translated where. */
const ENDS: Readonly<Record<string, readonly [action: string, slot: 'from' | 'to']>> = {
  PREROUTING: ['dnat', 'to'],
  OUTPUT: ['dnat', 'to'],
  POSTROUTING: ['snat', 'from'],
};

export const netmap: Extension = {
  name: 'NETMAP',
  options: { to: VALUE },
  translate(options, rule) {
    const [action, slot] = ENDS[rule.place.chain] ?? [];
    const target = addressItem(options.value('to') ?? '', rule.family);
    if (target === undefined) return rule.unknown(`\`${options.value('to')}\` is no network`);
    const matched = slot === undefined ? undefined : rule.only(slot);
    if (action === undefined || matched === undefined || matched.split('/')[1] !== target.split('/')[1]) {
      const hint = 'Let the rule match one network of the same length, in a built-in chain.';
      return rule.refuse('a network that is mapped on another, host by host', hint);
    }
    rule.decide({ kind: 'translate', action, behind: `-> ${target}` });
  },
};
