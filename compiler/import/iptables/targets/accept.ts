/** `-j ACCEPT` */
import type { Extension } from '../options.ts';

export const accept: Extension = {
  name: 'ACCEPT',
  options: {},
  translate: (_, rule) => rule.decide({ kind: 'accept' }),
};
