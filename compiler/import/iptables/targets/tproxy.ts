/** `-j TPROXY`: the packet is given to a socket. */
import { VALUE, type Extension } from '../options.ts';

export const tproxy: Extension = {
  name: 'TPROXY',
  options: { 'on-port': VALUE, 'on-ip': VALUE, 'tproxy-mark': VALUE },
  translate(_, rule) {
    rule.refuse(
      'a packet that is given to a socket',
      'Leave it out, and write a `dispatch` block: it sets the routes up, too.',
    );
  },
};
