/** `-m udp`: ports. */
import type { Extension } from '../options.ts';
import { PORT_OPTIONS, translatePorts } from './transport-ports.ts';

export const udp: Extension = {
  name: 'udp',
  options: PORT_OPTIONS,
  translate: (options, rule) => translatePorts(options, rule),
};
