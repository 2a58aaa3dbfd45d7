/** `-m rt`: source routing. */
import { FLAG, VALUE, type Extension } from '../options.ts';
import { askRange, WHAT } from './extension-headers.ts';

export const rt: Extension = {
  name: 'rt',
  options: {
    'rt-type': VALUE,
    'rt-segsleft': VALUE,
    'rt-len': VALUE,
    'rt-0-res': FLAG,
    'rt-0-addrs': VALUE,
    'rt-0-not-strict': FLAG,
  },
  translate(options, rule) {
    const odd = ['rt-len', 'rt-0-res', 'rt-0-addrs', 'rt-0-not-strict'].find((name) => options.has(name));
    if (odd !== undefined) return rule.onlyIptables(`\`--${odd}\` of a routing header`, 'Match its type: `--rt-type`.');
    const asked = [
      askRange(options, 'rt-type', 'rt type', rule),
      askRange(options, 'rt-segsleft', 'rt seg-left', rule),
    ];
    if (!asked.includes(true)) rule.opaque('rt type 0-255', WHAT);
  },
};
