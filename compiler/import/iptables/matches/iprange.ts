/** `-m iprange`: addresses from one to another. */
import { rangeItem } from '../addresses.ts';
import { VALUE, type Extension } from '../options.ts';

export const iprange: Extension = {
  name: 'iprange',
  options: { 'src-range': VALUE, 'dst-range': VALUE },
  translate(options, rule) {
    for (const [option, slot] of [
      ['src-range', 'from'],
      ['dst-range', 'to'],
    ] as const) {
      const word = options.value(option);
      if (word === undefined) continue;
      const item = rangeItem(word, rule.family);
      if (item === undefined) rule.unknown(`\`${word}\` is no range of addresses`);
      else rule.match(slot, [item], options.isNegated(option));
    }
  },
};
