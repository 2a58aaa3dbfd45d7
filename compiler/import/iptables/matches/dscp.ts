/** `-m dscp`: by number or class. */
import { VALUE, type Extension } from '../options.ts';
import { dscpItem } from './dscp-classes.ts';

export const dscp: Extension = {
  name: 'dscp',
  options: { dscp: VALUE, 'dscp-class': VALUE },
  translate(options, rule) {
    for (const option of ['dscp', 'dscp-class'] as const) {
      const word = options.value(option);
      if (word === undefined) continue;
      const item = dscpItem(word);
      if (item === undefined) rule.unknown(`\`${word}\` is no DSCP`);
      else rule.match('dscp', [item], options.isNegated(option));
    }
  },
};
