/** `-j CT`: how the packet is tracked. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const ct: Extension = {
  name: 'CT',
  options: {
    notrack: FLAG,
    helper: VALUE,
    ctevents: VALUE,
    expevents: VALUE,
    zone: VALUE,
    'zone-orig': VALUE,
    'zone-reply': VALUE,
    timeout: VALUE,
  },
  translate(options, rule) {
    if (options.has('notrack')) rule.effect('notrack');
    const zone = options.number('zone');
    if (zone !== undefined) rule.opaqueEffect(`ct zone set ${zone}`, 'a zone of connection tracking');
    for (const name of ['helper', 'ctevents', 'expevents', 'zone-orig', 'zone-reply', 'timeout']) {
      if (options.has(name)) {
        const hint =
          name === 'helper' ? 'A stateful filter gives a helper to new flows: `helper NAME`.' : 'Leave the option out.';
        rule.refuse(`\`-j CT --${name}\``, hint);
      }
    }
  },
};
