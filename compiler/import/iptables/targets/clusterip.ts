/** `-j CLUSTERIP`: an address that several hosts share. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const clusterip: Extension = {
  name: 'CLUSTERIP',
  options: {
    new: FLAG,
    hashmode: VALUE,
    clustermac: VALUE,
    'total-nodes': VALUE,
    'local-node': VALUE,
    'hash-init': VALUE,
  },
  translate: (_, rule) =>
    rule.refuse('an address that several hosts share', 'Linux has no such target since 5.15: use a balancer.'),
};
