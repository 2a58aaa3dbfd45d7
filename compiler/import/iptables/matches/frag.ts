/** `-m frag`: fragments. */
import { FLAG, VALUE, type Extension } from '../options.ts';
import { askRange, WHAT } from './extension-headers.ts';

export const frag: Extension = {
  name: 'frag',
  options: {
    fragid: VALUE,
    fraglen: VALUE,
    fragres: FLAG,
    fragfirst: FLAG,
    fragmore: FLAG,
    fraglast: FLAG,
  },
  translate(options, rule) {
    const odd = ['fraglen', 'fragres'].find((name) => options.has(name));
    if (odd !== undefined) return rule.onlyIptables(`\`--${odd}\` of a fragment`, 'Leave it out.');
    rule.opaque('exthdr frag exists', WHAT);
    askRange(options, 'fragid', 'frag id', rule);
    if (options.has('fragfirst')) rule.opaque('frag frag-off 0', WHAT);
    if (options.has('fragmore')) rule.opaque('frag more-fragments 1', WHAT);
    if (options.has('fraglast')) rule.opaque('frag more-fragments 0', WHAT);
  },
};
