/** `-m ipvs`: what the load balancer of the kernel did with a packet. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const ipvs: Extension = {
  name: 'ipvs',
  options: {
    ipvs: FLAG,
    vproto: VALUE,
    vaddr: VALUE,
    vport: VALUE,
    vdir: VALUE,
    vmethod: VALUE,
    vportctl: VALUE,
  },
  translate: (_, rule) => rule.onlyIptables('what IPVS did with a packet', 'Ask for the addresses of the service.'),
};
