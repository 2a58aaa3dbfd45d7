/** `-m string`: text in a packet. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const string: Extension = {
  name: 'string',
  options: {
    algo: VALUE,
    from: VALUE,
    to: VALUE,
    string: VALUE,
    'hex-string': VALUE,
    icase: FLAG,
  },
  translate: (_, rule) => rule.onlyIptables('text in a packet', 'nft does not search packets.'),
};
