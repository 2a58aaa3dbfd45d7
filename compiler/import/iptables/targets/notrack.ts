/** `-j NOTRACK` */
import type { Extension } from '../options.ts';

export const notrack: Extension = {
  name: 'NOTRACK',
  options: {},
  translate: (_, rule) => rule.effect('notrack'),
};
