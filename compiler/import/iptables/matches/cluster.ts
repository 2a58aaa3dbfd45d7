/** `-m cluster`: which node of a cluster a packet is for. */
import { VALUE, type Extension } from '../options.ts';

export const cluster: Extension = {
  name: 'cluster',
  options: {
    'cluster-total-nodes': VALUE,
    'cluster-local-node': VALUE,
    'cluster-local-nodemask': VALUE,
    'cluster-hash-seed': VALUE,
  },
  translate: (_, rule) =>
    rule.onlyIptables(
      'which node of a cluster a flow is for, by a hash',
      'Share packets by `sample`, or by a balancer before the nodes.',
    ),
};
