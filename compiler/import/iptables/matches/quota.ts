/** `-m quota`: a number of bytes after which a rule ends. */
import { VALUE, type Extension } from '../options.ts';

export const quota: Extension = {
  name: 'quota',
  options: {
    quota: VALUE,
  },
  translate: (_, rule) =>
    rule.refuse('a number of bytes after which a rule ends', 'Leave the rule out: a policy does not run out.'),
};
