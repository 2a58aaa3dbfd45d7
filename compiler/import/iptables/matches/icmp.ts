/** `-m icmp`: type and code. */
import { VALUE, type Extension } from '../options.ts';
import { ICMP4_TYPES, icmpType } from './icmp-types.ts';
import { needHeader } from './transport-header.ts';

export const icmp: Extension = {
  name: 'icmp',
  options: { 'icmp-type': VALUE },
  translate(options, rule) {
    const word = options.value('icmp-type');
    if (word === undefined) return needHeader(rule);
    // 255 without a code is how `any` was saved.
    const type = word === '255' ? '' : icmpType(word, ICMP4_TYPES);
    if (type === undefined) return rule.unknown(`\`${word}\` is no type of ICMP`);
    const negated = options.isNegated('icmp-type');
    if (!negated && type !== '') return rule.services([`icmp4 ${type}`]);
    needHeader(rule);
    if (!negated) return;
    rule.match('service', [type === '' ? 'icmp4' : `icmp4 ${type}`], true);
  },
};
