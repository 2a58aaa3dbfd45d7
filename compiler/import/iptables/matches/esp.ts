/** `-m esp`: which association of IPsec. */
import { VALUE, type Extension } from '../options.ts';
import { spiRange } from './spi.ts';

export const esp: Extension = {
  name: 'esp',
  options: { espspi: VALUE },
  translate(options, rule) {
    const word = options.value('espspi');
    if (word === undefined) return;
    const range = spiRange(word);
    if (range === undefined) return rule.unknown(`\`${word}\` is no SPI`);
    if (rule.family === 6) {
      rule.leaveOut(
        'nft may look for the SPI in fragments behind the first, too',
        'iptables does not. Where flows are tracked, there are no fragments.',
      );
    }
    rule.opaque(`esp spi ${options.isNegated('espspi') ? '!= ' : ''}${range}`, 'the SPI of a packet of ESP');
  },
};
