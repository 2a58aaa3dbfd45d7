/** `-j CT`: how the packet is tracked. */
import { FLAG, VALUE, type Extension } from '../options.ts';
import { quoted, type RuleBuilder } from '../rule-builder.ts';

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
    const helper = options.value('helper');
    if (helper !== undefined) giveHelper(helper, rule);
    for (const name of ['expevents', 'timeout']) {
      if (options.has(name)) rule.refuse(`\`-j CT --${name}\``, 'Leave the option out.');
    }
  },
};

/** Helpers of the kernel, and what the language calls them where it is another name. */
const HELPERS: ReadonlyMap<string, string> = new Map([
  ...['amanda', 'ftp', 'irc', 'netbios-ns', 'pptp', 'sane', 'sip', 'snmp', 'tftp'].map((name) => [name, name] as const),
  ['RAS', 'h323'],
  ['Q.931', 'h323'],
]);

function giveHelper(name: string, rule: RuleBuilder): void {
  const known = HELPERS.get(name);
  if (known === undefined) {
    const hint = `Helpers for the usual ports are known: ${[...HELPERS.keys()].join(', ')}.`;
    return rule.refuse(`the helper \`${name}\``, hint);
  }
  if (rule.place.table !== 'raw') return rule.refuse('a helper that is given outside of `raw`', 'Give it in `raw`.');
  rule.effect(`helper ${known.includes('-') ? quoted(known) : known}`);
}
