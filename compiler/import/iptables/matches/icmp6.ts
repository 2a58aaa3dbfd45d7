/** `-m icmp6` (also `-m icmpv6`): type and code. */
import { VALUE, type Extension } from '../options.ts';
import { ICMP6_TYPES, icmpType } from './icmp-types.ts';
import { needHeader } from './transport-header.ts';

export const icmp6: Extension = {
  name: 'icmp6',
  options: { 'icmpv6-type': { ...VALUE, aliases: ['--icmp6-type', '--icmpv6-type'] } },
  translate(options, rule) {
    const word = options.value('icmpv6-type');
    if (word === undefined) return needHeader(rule);
    const type = icmpType(word, ICMP6_TYPES);
    if (type === undefined) return rule.unknown(`\`${word}\` is no type of ICMPv6`);
    if (!options.isNegated('icmpv6-type')) return rule.services([`icmp6 ${type}`]);
    needHeader(rule);
    rule.match('service', [`icmp6 ${type}`], true);
  },
};
