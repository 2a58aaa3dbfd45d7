/** `-m mh`: messages of Mobile IPv6. */
import { VALUE, type Extension } from '../options.ts';
import { askRange, WHAT } from './extension-headers.ts';

export const mh: Extension = {
  name: 'mh',
  options: { 'mh-type': VALUE },
  translate(options, rule) {
    if (!askRange(options, 'mh-type', 'mh type', rule)) rule.opaque('mh type 0-255', WHAT);
  },
};
