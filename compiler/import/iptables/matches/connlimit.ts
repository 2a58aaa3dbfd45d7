/** `-m connlimit`: how many connections somebody has. */
import { FLAG, VALUE, type Extension } from '../options.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import { parseAddress } from '../addresses.ts';

export const connlimit: Extension = {
  name: 'connlimit',
  options: {
    'connlimit-above': VALUE,
    'connlimit-upto': VALUE,
    'connlimit-mask': VALUE,
    'connlimit-saddr': FLAG,
    'connlimit-daddr': FLAG,
  },
  translate(options, rule) {
    const [above, upTo] = [options.number('connlimit-above'), options.number('connlimit-upto')];
    const count = above ?? upTo;
    const length = prefixLength(options.value('connlimit-mask'), rule);
    if (count === undefined || length === undefined) return rule.unknown('no number of connections');
    if (rule.place.table !== 'filter') {
      const hint = 'Move the rule to the table `filter`, which every packet meets, too.';
      return rule.refuse(`a number of connections in the table \`${rule.place.table}\``, hint);
    }
    const isOver =
      (above !== undefined) !== (options.isNegated('connlimit-above') || options.isNegated('connlimit-upto'));
    const side = options.has('connlimit-daddr') ? 'destination' : 'source';
    const whole = rule.family === 4 ? 32 : 128;
    const cut = length === whole ? '' : rule.family === 4 ? `/${length}/128` : `/32/${length}`;
    const per = length === 0 ? '' : ` per ${side}${cut}`;
    if (!rule.isOfFlows) {
      rule.leaveOut(
        'packets that belong to no flow are none of the connections that the policy counts',
        'iptables counts each of these by its addresses. `-m conntrack --ctstate NEW` before the limit leaves them out, too.',
      );
    }
    rule.gate('limit', `${isOver ? 'over' : 'up to'} ${count} connections${per}`);
  },
};

/** Of `24`, or of a mask; undefined where it is no prefix's. */
function prefixLength(word: string | undefined, { family }: RuleBuilder): number | undefined {
  const bits = family === 4 ? 32 : 128;
  if (word === undefined) return bits;
  if (/^\d+$/.test(word)) return Number(word) <= bits ? Number(word) : undefined;
  const digits = parseAddress(word, family)?.toString(2).padStart(bits, '0') ?? '';
  return /^1*0*$/.test(digits) && digits !== '' ? digits.lastIndexOf('1') + 1 : undefined;
}
