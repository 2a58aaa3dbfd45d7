/** `-j CONNMARK`: the flow's mark. */
import { hex, isWhole } from '../matches/marks.ts';
import { FLAG, VALUE, type Extension } from '../options.ts';
import { markChange } from './mark.ts';

const WHOLE = '0xffffffff';

export const connmark: Extension = {
  name: 'CONNMARK',
  options: {
    'set-xmark': VALUE,
    'set-mark': VALUE,
    'and-mark': VALUE,
    'or-mark': VALUE,
    'xor-mark': VALUE,
    'save-mark': FLAG,
    'restore-mark': FLAG,
    nfmask: VALUE,
    ctmask: VALUE,
    mask: VALUE,
  },
  translate(options, rule) {
    if (options.has('save-mark') || options.has('restore-mark')) {
      const masks = ['nfmask', 'ctmask', 'mask'].map((name) => options.value(name) ?? WHOLE);
      if (masks.some((mask) => Number(mask) !== 0xffffffff)) {
        return rule.refuse(
          'a mark that is copied under a mask',
          'Copy the whole mark, or give each value a rule: `-m connmark --mark V/M -j MARK --set-xmark V/M`.',
        );
      }
      const nft = options.has('save-mark') ? 'ct mark set meta mark' : 'meta mark set ct mark';
      return rule.opaqueEffect(nft, 'that a mark is copied between a packet and its flow');
    }
    const change = markChange(options);
    if (change === undefined) return rule.unknown('the mark is no number');
    const { value, mask } = change;
    const kept = isWhole(mask) ? '' : `ct mark & ${hex(~mask)} ${(value & ~mask) === 0 ? '|' : '^'} `;
    rule.opaqueEffect(`ct mark set ${kept}${hex(value)}`, "that a rule sets a flow's mark");
  },
};
