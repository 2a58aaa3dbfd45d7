/** `-m icmp`: type and code. */
import { VALUE, type Extension } from '../options.ts';
import { ICMP4_TYPES, icmpType } from './icmp-types.ts';

export const icmp: Extension = {
  name: 'icmp',
  options: { 'icmp-type': VALUE },
  translate(options, rule) {
    const word = options.value('icmp-type');
    if (word === undefined) return;
    // 255 without a code is how `any` was saved.
    const type = word === '255' ? '' : icmpType(word, ICMP4_TYPES);
    if (type === undefined) return rule.unknown(`\`${word}\` is no type of ICMP`);
    const negated = options.isNegated('icmp-type');
    if (!negated) return type === '' ? undefined : rule.services([`icmp4 ${type}`]);
    rule.match('service', [type === '' ? 'icmp4' : `icmp4 ${type}`], true);
  },
};
