/** `-m ecn`: explicit congestion notification, in the IP header and in that of TCP. */
import { FLAG, VALUE, type Extension } from '../options.ts';
import { tellFragments } from './transport-header.ts';

export const ecn: Extension = {
  name: 'ecn',
  options: { 'ecn-tcp-cwr': FLAG, 'ecn-tcp-ece': FLAG, 'ecn-ip-ect': VALUE },
  translate(options, rule) {
    if (options.has('ecn-tcp-cwr') || options.has('ecn-tcp-ece')) tellFragments(rule);
    for (const flag of ['cwr', 'ece'] as const) {
      const option = `ecn-tcp-${flag}`;
      // Of a packet that is not TCP, neither holds: the language's `not` would.
      const asked = options.isNegated(option) ? `none/${flag}` : `${flag}/${flag}`;
      if (options.has(option)) rule.match('tcp flags', [asked]);
    }
    const codepoint = options.number('ecn-ip-ect');
    if (codepoint === undefined) return;
    const header = rule.family === 4 ? 'ip' : 'ip6';
    const not = options.isNegated('ecn-ip-ect') ? '!= ' : '';
    rule.opaque(`${header} ecn ${not}${codepoint}`, 'whether a way is congested');
  },
};
