/** `-m quota`: a number of bytes after which a rule ends. */
import { VALUE, type Extension } from '../options.ts';

export const quota: Extension = {
  name: 'quota',
  options: { quota: VALUE },
  translate(options, rule) {
    const word = options.value('quota') ?? '';
    if (!/^\d{1,18}$/.test(word)) return rule.unknown(`\`${word}\` is no number of bytes`);
    // iptables matches the packet that uses up the last byte, nft the one before.
    const sense = options.isNegated('quota') ? 'over' : 'until';
    rule.turn(`quota ${sense} ${BigInt(word) + 1n} bytes`, 'a number of bytes after which a rule ends');
  },
};
