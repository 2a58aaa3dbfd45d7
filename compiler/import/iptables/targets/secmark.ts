/** `-j SECMARK`: a security mark for the kernel's security module. */
import { VALUE, type Extension } from '../options.ts';

export const secmark: Extension = {
  name: 'SECMARK',
  options: { selctx: VALUE },
  translate: (_, rule) => rule.refuse('a security mark', 'Keep it in a table of your own.'),
};
