/** `-j CT`: how the packet is tracked. */
import { FLAG, VALUE, type Extension } from '../options.ts';

const ZONE = 'a zone of connection tracking';

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
    if (zone !== undefined) rule.opaqueEffect(`ct zone set ${zone}`, ZONE);
    else if (options.has('zone')) rule.refuse('`-j CT --zone` by the mark', 'Write the number of the zone.');
    for (const [name, direction] of [
      ['zone-orig', 'original'],
      ['zone-reply', 'reply'],
    ] as const) {
      const number = options.number(name);
      if (number !== undefined) rule.opaqueEffect(`ct ${direction} zone set ${number}`, ZONE);
      else if (options.has(name)) rule.refuse(`\`-j CT --${name}\` by the mark`, 'Write the number of the zone.');
    }
    const events = options.value('ctevents');
    if (events !== undefined) rule.opaqueEffect(`ct event set ${events}`, 'which events of a flow are told');
    for (const name of ['helper', 'expevents', 'timeout']) {
      if (options.has(name)) {
        const hint =
          name === 'helper' ? 'A stateful filter gives a helper to new flows: `helper NAME`.' : 'Leave the option out.';
        rule.refuse(`\`-j CT --${name}\``, hint);
      }
    }
  },
};
