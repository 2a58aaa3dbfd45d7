/** `-m mac`: who sent the frame. */
import { VALUE, type Extension } from '../options.ts';

export const mac: Extension = {
  name: 'mac',
  options: { 'mac-source': VALUE },
  translate(options, rule) {
    const word = options.value('mac-source')?.toLowerCase();
    if (word === undefined) return;
    if (!/^([\da-f]{2}:){5}[\da-f]{2}$/.test(word)) return rule.unknown(`\`${word}\` is no MAC address`);
    if (options.isNegated('mac-source')) {
      return rule.opaque(`ether saddr != ${word}`, 'that a frame comes from anybody but one');
    }
    rule.match('mac', [word]);
  },
};
