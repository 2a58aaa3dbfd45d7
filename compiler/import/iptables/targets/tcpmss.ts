/** `-j TCPMSS`: the segment size that the opener of a connection announces. */
import { FLAG, VALUE, type Extension } from '../options.ts';
import type { RuleBuilder } from '../rule-builder.ts';

export const tcpmss: Extension = {
  name: 'TCPMSS',
  options: { 'set-mss': VALUE, 'clamp-mss-to-pmtu': FLAG },
  translate(options, rule) {
    const size = options.number('set-mss');
    if (rule.place.table !== 'mangle') return inFilter(size, rule);
    rule.effect(size === undefined ? 'mss clamp' : `mss set ${size}`);
  },
};

/** In a filter, the language sets no sizes. */
function inFilter(size: number | undefined, rule: RuleBuilder): void {
  const what = 'a change of the segment size in a filter';
  // nft knows the way out of what is forwarded or sent, and would load no such rule for what is received.
  if (size === undefined && rule.place.chain !== 'FORWARD' && rule.place.chain !== 'OUTPUT') {
    return rule.refuse(`${what}, but in \`FORWARD\` and \`OUTPUT\``, 'Move the rule to the table `mangle`.');
  }
  const nft = size === undefined ? 'rt mtu' : String(size);
  const isLarger = size === undefined ? '' : `tcp option maxseg size > ${size} `;
  rule.opaqueEffect(`${isLarger}tcp option maxseg size set ${nft}`, what);
}
