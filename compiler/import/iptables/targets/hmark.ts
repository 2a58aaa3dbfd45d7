/** `-j HMARK`: a mark by a hash. */
import { VALUE, type Extension } from '../options.ts';

export const hmark: Extension = {
  name: 'HMARK',
  options: {
    'hmark-tuple': VALUE,
    'hmark-mod': VALUE,
    'hmark-offset': VALUE,
    'hmark-src-prefix': VALUE,
    'hmark-dst-prefix': VALUE,
    'hmark-sport-mask': VALUE,
    'hmark-dport-mask': VALUE,
    'hmark-spi-mask': VALUE,
    'hmark-proto-mask': VALUE,
    'hmark-rnd': VALUE,
  },
  translate: (_, rule) => rule.refuse('a mark by a hash of the packet', 'Mark by `sample`, or by networks.'),
};
