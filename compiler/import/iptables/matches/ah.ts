/** `-m ah`: which association of IPsec. */
import { FLAG, VALUE, type Extension } from '../options.ts';
import { spiRange } from './spi.ts';
import { askHeader, needHeader } from './transport-header.ts';

export const ah: Extension = {
  name: 'ah',
  options: { ahspi: VALUE, ahlen: VALUE, ahres: FLAG },
  translate(options, rule) {
    // Of IPv6, AH is an extension header, and nft looks for it as the protocol only.
    if (rule.family === 6) return rule.onlyIptables('the header of AH in IPv6', 'Match the protocol behind it.');
    const word = options.value('ahspi');
    if (word === undefined) return needHeader(rule);
    const range = spiRange(word);
    if (range === undefined) return rule.unknown(`\`${word}\` is no SPI`);
    const not = options.isNegated('ahspi') ? '!= ' : '';
    askHeader(`ah spi ${not}${range}`, 'the SPI of a packet of AH', rule);
  },
};
