/** `-j TCPMSS`: the segment size that the opener of a connection announces. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const tcpmss: Extension = {
  name: 'TCPMSS',
  options: { 'set-mss': VALUE, 'clamp-mss-to-pmtu': FLAG },
  translate(options, rule) {
    const size = options.number('set-mss');
    if (rule.place.table !== 'mangle') {
      return rule.refuse('a change of the segment size in a filter', 'Move the rule to the table `mangle`.');
    }
    rule.effect(size === undefined ? 'mss clamp' : `mss set ${size}`);
  },
};
