/** `-j DSCP` */
import { dscpItem } from '../matches/dscp-classes.ts';
import { VALUE, type Extension } from '../options.ts';

export const dscp: Extension = {
  name: 'DSCP',
  options: { 'set-dscp': VALUE, 'set-dscp-class': VALUE },
  translate(options, rule) {
    const word = options.value('set-dscp') ?? options.value('set-dscp-class') ?? '';
    const item = dscpItem(word);
    if (item === undefined) rule.unknown(`\`${word}\` is no DSCP`);
    else rule.effect(`dscp set ${item}`);
  },
};
