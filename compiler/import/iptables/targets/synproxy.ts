/** `-j SYNPROXY`: the handshake is answered for the host behind. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const synproxy: Extension = {
  name: 'SYNPROXY',
  options: { mss: VALUE, wscale: VALUE, 'sack-perm': FLAG, timestamp: FLAG, ecn: FLAG },
  translate(options, rule) {
    if (options.has('ecn')) return rule.refuse('SYNPROXY with `--ecn`', 'Leave `--ecn` out.');
    const mss = options.number('mss');
    const wscale = options.number('wscale');
    const words = [
      ...(mss === undefined ? [] : [`mss ${mss}`]),
      ...(wscale === undefined ? [] : [`wscale ${wscale}`]),
      ...(options.has('timestamp') ? ['timestamp'] : []),
      ...(options.has('sack-perm') ? ['sack-perm'] : []),
    ];
    rule.opaqueEffect(['synproxy', ...words].join(' '), 'SYNPROXY in a filter that judges each packet by itself');
  },
};
