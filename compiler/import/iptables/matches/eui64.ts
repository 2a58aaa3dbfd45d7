/** `-m eui64`: addresses made of hardware addresses. */
import type { Extension } from '../options.ts';

export const eui64: Extension = {
  name: 'eui64',
  options: {},
  translate: (_, rule) =>
    rule.onlyIptables('whether an IPv6 address is made of the hardware address', 'Name the addresses.'),
};
