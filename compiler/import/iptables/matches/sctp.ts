/** `-m sctp`: ports; chunks are nft's. */
import type { Extension } from '../options.ts';
import { PORT_OPTIONS, translatePorts } from './transport-ports.ts';

export const sctp: Extension = {
  name: 'sctp',
  options: { ...PORT_OPTIONS, 'chunk-types': { words: 2 } },
  translate(options, rule) {
    translatePorts(options, rule);
    if (options.has('chunk-types')) rule.onlyIptables('chunks of SCTP', 'Leave the chunks out, or drop the rule.');
  },
};
