/** `-m rpfilter`: whether a reply would leave by the interface that the packet came in by. */
import { FLAG, type Extension } from '../options.ts';

export const rpfilter: Extension = {
  name: 'rpfilter',
  options: { loose: FLAG, validmark: FLAG, 'accept-local': FLAG, invert: FLAG },
  translate(options, rule) {
    if (options.has('accept-local')) {
      return rule.refuse('`--accept-local`', 'Accept packets from the own addresses in a rule before.');
    }
    const by = [options.has('validmark') ? ' . mark' : '', options.has('loose') ? '' : ' . iif'].join('');
    rule.opaque(
      `fib saddr${by} oif ${options.has('invert') ? 'missing' : 'exists'}`,
      'whether a reply would leave by the way in',
    );
  },
};
