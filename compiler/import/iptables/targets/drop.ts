/** `-j DROP` */
import type { Extension } from '../options.ts';

export const drop: Extension = {
  name: 'DROP',
  options: {},
  translate: (_, rule) => rule.decide({ kind: 'drop' }),
};
