/** `-j HL`: how many hops are left. */
import { VALUE, type Extension } from '../options.ts';

export const hl: Extension = {
  name: 'HL',
  options: { 'hl-set': VALUE, 'hl-dec': VALUE, 'hl-inc': VALUE },
  translate(options, rule) {
    const value = options.number('hl-set');
    if (value === undefined) return rule.refuse('hops that are added or taken away', 'Set a number of them.');
    rule.opaqueEffect(`ip6 hoplimit set ${value}`, 'how many hops a packet has left');
  },
};
