/** `-m socket`: whether a socket of the host waits for the packet. */
import { FLAG, type Extension } from '../options.ts';

export const socket: Extension = {
  name: 'socket',
  options: { transparent: FLAG, nowildcard: FLAG, 'restore-skmark': FLAG },
  translate(options, rule) {
    if (options.has('restore-skmark')) return rule.refuse('`--restore-skmark`', 'Set the mark by a rule.');
    if (options.has('transparent')) rule.opaque('socket transparent 1', 'whether a socket waits for a packet');
    rule.opaque(
      options.has('nowildcard') ? 'socket wildcard <= 1' : 'socket wildcard 0',
      'whether a socket waits for a packet',
    );
  },
};
