/** `-m cpu`: which processor handles the packet. */
import { VALUE, type Extension } from '../options.ts';

export const cpu: Extension = {
  name: 'cpu',
  options: { cpu: VALUE },
  translate(options, rule) {
    const number = options.number('cpu');
    if (number === undefined) return rule.unknown(`\`${options.value('cpu')}\` is no processor`);
    rule.opaque(`meta cpu ${options.isNegated('cpu') ? '!= ' : ''}${number}`, 'which processor handles a packet');
  },
};
