/** `-m comment`: documentation of the rule. */
import { VALUE, type Extension } from '../options.ts';

export const comment: Extension = {
  name: 'comment',
  options: { comment: VALUE },
  translate(options, rule) {
    const text = options.value('comment');
    if (text !== undefined && text.trim() !== '') rule.comment(text);
  },
};
