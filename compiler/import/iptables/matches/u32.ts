/** `-m u32`: bytes of a packet at computed places. */
import { VALUE, type Extension } from '../options.ts';

export const u32: Extension = {
  name: 'u32',
  options: {
    u32: VALUE,
  },
  translate: (_, rule) =>
    rule.refuse('bytes of a packet at computed places', 'Match what the bytes stand for: ports, flags, types.'),
};
