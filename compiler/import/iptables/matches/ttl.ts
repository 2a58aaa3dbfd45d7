/** `-m ttl`: the time to live of IPv4. */
import type { Extension } from '../options.ts';
import { hopOptions, translateHops } from './hops.ts';

export const ttl: Extension = {
  name: 'ttl',
  options: hopOptions('ttl'),
  translate: (options, rule) => translateHops('ttl', options, rule),
};
