/** `-m length`: bytes of the packet, its IP header included. */
import { VALUE, type Extension } from '../options.ts';
import { parsePorts, portItem } from '../ports.ts';

export const length: Extension = {
  name: 'length',
  options: { length: VALUE },
  translate(options, rule) {
    const word = options.value('length');
    if (word === undefined) return;
    const range = parsePorts(word);
    if (!range) return rule.unknown(`\`${word}\` is no length`);
    rule.match('length', [portItem(range)], options.isNegated('length'));
  },
};
