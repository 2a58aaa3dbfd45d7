/** `-j CLASSIFY`: the class of a queueing discipline. */
import { VALUE, type Extension } from '../options.ts';

export const classify: Extension = {
  name: 'CLASSIFY',
  options: { 'set-class': VALUE },
  translate(options, rule) {
    const word = options.value('set-class') ?? '';
    if (!/^[\da-fA-F]+:[\da-fA-F]+$/.test(word)) return rule.unknown(`\`${word}\` is no class`);
    rule.opaqueEffect(`meta priority set ${word}`, 'the class of a queueing discipline by its number');
  },
};
