/** `-m physdev`: the port of a bridge. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const physdev: Extension = {
  name: 'physdev',
  options: {
    'physdev-in': VALUE,
    'physdev-out': VALUE,
    'physdev-is-in': FLAG,
    'physdev-is-out': FLAG,
    'physdev-is-bridged': FLAG,
  },
  translate(_, rule) {
    rule.onlyIptables('the port of a bridge', 'nft knows such ports in a table of the family `bridge`.');
  },
};
