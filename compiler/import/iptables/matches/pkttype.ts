/** `-m pkttype`: whom the frame was for. */
import { VALUE, type Extension } from '../options.ts';

const TYPES: Readonly<Record<string, string>> = {
  unicast: 'host',
  host: 'host',
  broadcast: 'broadcast',
  multicast: 'multicast',
};

export const pkttype: Extension = {
  name: 'pkttype',
  options: { 'pkt-type': VALUE },
  translate(options, rule) {
    const word = options.value('pkt-type') ?? '';
    const type = TYPES[word.toLowerCase()];
    if (type === undefined) return rule.unknown(`\`${word}\` is no type of a packet`);
    rule.opaque(`meta pkttype ${options.isNegated('pkt-type') ? '!= ' : ''}${type}`, 'whom a frame was for');
  },
};
