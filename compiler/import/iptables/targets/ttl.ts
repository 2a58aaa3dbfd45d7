/** `-j TTL`: how many hops are left. */
import { VALUE, type Extension } from '../options.ts';

export const ttl: Extension = {
  name: 'TTL',
  options: { 'ttl-set': VALUE, 'ttl-dec': VALUE, 'ttl-inc': VALUE },
  translate(options, rule) {
    const value = options.number('ttl-set');
    if (value === undefined) return rule.refuse('hops that are added or taken away', 'Set a number of them.');
    rule.opaqueEffect(`ip ttl set ${value}`, 'how many hops a packet has left');
  },
};
