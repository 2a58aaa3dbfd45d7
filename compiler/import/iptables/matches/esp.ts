/** `-m esp`: which association of IPsec. */
import { VALUE, type Extension } from '../options.ts';
import { spiRange } from './spi.ts';
import { askHeader, needHeader } from './transport-header.ts';

export const esp: Extension = {
  name: 'esp',
  options: { espspi: VALUE },
  translate(options, rule) {
    const word = options.value('espspi');
    if (word === undefined) return needHeader(rule);
    const range = spiRange(word);
    if (range === undefined) return rule.unknown(`\`${word}\` is no SPI`);
    const not = options.isNegated('espspi') ? '!= ' : '';
    askHeader(`esp spi ${not}${range}`, 'the SPI of a packet of ESP', rule);
  },
};
