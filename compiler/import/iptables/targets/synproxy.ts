/** `-j SYNPROXY`: the handshake is answered for the host behind. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const synproxy: Extension = {
  name: 'SYNPROXY',
  options: { mss: VALUE, wscale: VALUE, 'sack-perm': FLAG, timestamp: FLAG, ecn: FLAG },
  translate(_, rule) {
    rule.refuse(
      'SYNPROXY in a filter that judges each packet by itself',
      'Leave it out, and write `synproxy` into a stateful filter; the rules of `raw` for it are not needed.',
    );
  },
};
