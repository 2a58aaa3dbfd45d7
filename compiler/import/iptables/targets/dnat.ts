/** `-j DNAT` */
import { FLAG, VALUE, type Extension } from '../options.ts';
import { translateTo } from './translation.ts';

export const dnat: Extension = {
  name: 'DNAT',
  options: { 'to-destination': VALUE, random: FLAG, 'random-fully': FLAG, persistent: FLAG },
  translate: (options, rule) => translateTo('dnat', 'to-destination', options, rule),
};
