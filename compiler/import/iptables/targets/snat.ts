/** `-j SNAT` */
import { FLAG, VALUE, type Extension } from '../options.ts';
import { translateTo } from './translation.ts';

export const snat: Extension = {
  name: 'SNAT',
  options: { 'to-source': VALUE, random: FLAG, 'random-fully': FLAG, persistent: FLAG },
  translate: (options, rule) => translateTo('snat', 'to-source', options, rule),
};
