/** `-j TEE`: a second copy goes elsewhere. */
import { VALUE, type Extension } from '../options.ts';

export const tee: Extension = {
  name: 'TEE',
  options: { gateway: VALUE, oif: VALUE },
  translate(_, rule) {
    rule.refuse('a second copy of a packet', 'Copy packets outside the policy: `tc` mirrors an interface.');
  },
};
