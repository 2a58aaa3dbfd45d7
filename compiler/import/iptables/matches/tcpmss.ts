/** `-m tcpmss`: the segment size that is announced. */
import { VALUE, type Extension } from '../options.ts';
import { parsePorts, portItem } from '../ports.ts';

export const tcpmss: Extension = {
  name: 'tcpmss',
  options: { mss: VALUE },
  translate(options, rule) {
    const range = parsePorts(options.value('mss') ?? '');
    if (!range) return rule.unknown(`\`${options.value('mss')}\` is no segment size`);
    const not = options.isNegated('mss') ? '!= ' : '';
    rule.opaque(`tcp option maxseg size ${not}${portItem(range)}`, 'the segment size that a connection announces');
  },
};
