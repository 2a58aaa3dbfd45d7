/** `-m tcpmss`: the segment size that is announced. */
import { VALUE, type Extension } from '../options.ts';
import { parsePorts, portItem } from '../ports.ts';
import { tellFragments } from './transport-header.ts';

export const tcpmss: Extension = {
  name: 'tcpmss',
  options: { mss: VALUE },
  translate(options, rule) {
    const range = parsePorts(options.value('mss') ?? '');
    if (!range) return rule.unknown(`\`${options.value('mss')}\` is no segment size`);
    if (rule.only('tcp flags') === undefined) tellFragments(rule);
    // `!` holds of packets that announce none, too; nft's `!=` of none of them.
    const nft = `tcp option maxseg size ${portItem(range)}`;
    rule.opaque(nft, 'the segment size that a connection announces', options.isNegated('mss'));
  },
};
