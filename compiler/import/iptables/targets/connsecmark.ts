/** `-j CONNSECMARK`: security marks of flows. */
import { FLAG, type Extension } from '../options.ts';

export const connsecmark: Extension = {
  name: 'CONNSECMARK',
  options: { save: FLAG, restore: FLAG },
  translate: (_, rule) => rule.refuse('a security mark of a flow', 'Keep it in a table of your own.'),
};
