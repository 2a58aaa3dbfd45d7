/** `-m hl`: the hop limit of IPv6. */
import type { Extension } from '../options.ts';
import { hopOptions, translateHops } from './hops.ts';

export const hl: Extension = {
  name: 'hl',
  options: hopOptions('hl'),
  translate: (options, rule) => translateHops('hl', options, rule),
};
