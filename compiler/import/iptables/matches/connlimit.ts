/** `-m connlimit`: how many connections somebody has. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const connlimit: Extension = {
  name: 'connlimit',
  options: {
    'connlimit-above': VALUE,
    'connlimit-upto': VALUE,
    'connlimit-mask': VALUE,
    'connlimit-saddr': FLAG,
    'connlimit-daddr': FLAG,
  },
  translate(options, rule) {
    const count = options.value('connlimit-above') ?? options.value('connlimit-upto') ?? '';
    const side = options.has('connlimit-daddr') ? 'destination' : 'source';
    const sense = options.has('connlimit-above') ? 'over' : 'up to';
    rule.refuse(
      'a number of connections in a filter that judges each packet by itself',
      `Leave the rule out, and write it into a stateful filter: \`${sense} ${count} connections per ${side}\`.`,
    );
  },
};
