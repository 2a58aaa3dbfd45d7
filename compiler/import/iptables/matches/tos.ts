/** `-m tos`: the whole type of service octet; of it, the language knows the DSCP. */
import { VALUE, type Extension } from '../options.ts';
import { dscpItem } from './dscp-classes.ts';
import { readTos } from './tos-values.ts';

const DSCP_BITS = 0xfc;

export const tos: Extension = {
  name: 'tos',
  options: { tos: VALUE },
  translate(options, rule) {
    const word = options.value('tos') ?? '';
    const read = readTos(word);
    if (read === undefined) return rule.unknown(`\`${word}\` is no type of service`);
    const { value, mask } = read;
    const isNegated = options.isNegated('tos');
    // A bit outside the mask is never seen: the match never holds.
    if ((value & ~mask) !== 0) return isNegated ? undefined : rule.never();
    if (mask === 0) return isNegated ? rule.never() : undefined;
    if (mask === DSCP_BITS) {
      return rule.match('dscp', [dscpItem(String(value >> 2)) ?? String(value >> 2)], isNegated);
    }
    const operator = isNegated ? '!=' : '==';
    const hex = (bits: number): string => `0x${bits.toString(16)}`;
    // In IPv6, the octet stands four bits behind the header's begin.
    const nft =
      rule.family === 4
        ? `@nh,8,8 & ${hex(mask)} ${operator} ${hex(value)}`
        : `@nh,0,16 & ${hex(mask << 4)} ${operator} ${hex(value << 4)}`;
    rule.opaque(nft, 'bits of the type of service beside the DSCP');
  },
};
