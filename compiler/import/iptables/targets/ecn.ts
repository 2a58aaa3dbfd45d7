/** `-j ECN`: the ECN bits of TCP. */
import { FLAG, type Extension } from '../options.ts';

export const ecn: Extension = {
  name: 'ECN',
  options: { 'ecn-tcp-remove': FLAG },
  translate: (_, rule) =>
    rule.refuse(
      'that ECN is taken out of a packet of TCP',
      'Switch ECN off where it is asked for: `net.ipv4.tcp_ecn`.',
    ),
};
