/** `-j RETURN` */
import type { Extension } from '../options.ts';

export const returns: Extension = {
  name: 'RETURN',
  options: {},
  translate: (_, rule) => rule.decide({ kind: 'return' }),
};
