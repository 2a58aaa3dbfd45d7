/** `-m udplite`: ports. */
import type { Extension } from '../options.ts';
import { PORT_OPTIONS, translatePorts } from './transport-ports.ts';

export const udplite: Extension = {
  name: 'udplite',
  options: PORT_OPTIONS,
  translate: (options, rule) => translatePorts(options, rule),
};
