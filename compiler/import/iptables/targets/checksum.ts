/** `-j CHECKSUM`: fills in checksums that virtual machines leave open. */
import { FLAG, type Extension } from '../options.ts';

export const checksum: Extension = {
  name: 'CHECKSUM',
  options: { 'checksum-fill': FLAG },
  translate: (_, rule) =>
    rule.leaveOut('CHECKSUM is left out', 'The kernel completes checksums itself where a packet leaves for a wire.'),
};
