/** The options of iptables(8) itself: addresses, interfaces, the protocol, fragments. */
import { addressItem } from './addresses.ts';
import { hidesLoopback } from './chains/hooks.ts';
import type { Extension } from './options.ts';
import { VALUE, FLAG } from './options.ts';
import { protocolItem, protocolName } from './protocols.ts';

export const base: Extension = {
  name: 'iptables',
  options: {
    source: { words: 1, aliases: ['-s', '--src'] },
    destination: { words: 1, aliases: ['-d', '--dst'] },
    'in-interface': { words: 1, aliases: ['-i'] },
    'out-interface': { words: 1, aliases: ['-o'] },
    protocol: { words: 1, aliases: ['-p', '--proto'] },
    fragment: { words: 0, aliases: ['-f'] },
    jump: { words: 1, aliases: ['-j'] },
    goto: { words: 1, aliases: ['-g'] },
    match: { words: 1, aliases: ['-m'] },
    ipv4: { words: 0, aliases: ['-4'] },
    ipv6: { words: 0, aliases: ['-6'] },
    'set-counters': { words: 2, aliases: ['-c'] },
    wait: VALUE,
    numeric: FLAG,
  },
  translate(options, rule) {
    for (const [option, slot] of [
      ['in-interface', 'in'],
      ['out-interface', 'out'],
    ] as const) {
      const name = options.value(option);
      if (name === undefined) continue;
      if (name === '+') {
        if (options.isNegated(option)) rule.never();
        continue;
      }
      if (name === 'lo' && !hidesLoopback(rule.place.table, rule.place.chain, slot)) {
        // The loopback interface is in no zone.
        const key = slot === 'in' ? 'iifname' : 'oifname';
        rule.opaque(`${key} "lo"`, 'that the host speaks to itself', options.isNegated(option));
        continue;
      }
      rule.match(slot, [name.replace(/\+$/, '*')], options.isNegated(option));
    }
    for (const [option, slot] of [
      ['source', 'from'],
      ['destination', 'to'],
    ] as const) {
      const address = options.value(option);
      if (address === undefined) continue;
      const item = addressItem(address, rule.family);
      if (item === undefined) rule.unknown(`\`${address}\` is no address of the dump's family`, hintFor(address));
      else if (item !== 'any') rule.match(slot, [item], options.isNegated(option));
      else if (options.isNegated(option)) rule.never();
    }
    const protocol = options.value('protocol');
    if (protocol !== undefined) translateProtocol(protocol, options.isNegated('protocol'), rule);
    if (options.has('fragment')) rule.match('fragment', ['later'], options.isNegated('fragment'));
  },
};

/** iptables asks for the address of a name once, when the rule is loaded, and makes a rule for each that it gets. */
function hintFor(address: string): string | undefined {
  if (!/^[a-z][\w-]*(\.[\w-]+)+$/i.test(address)) return undefined;
  return 'Write the addresses that the name stands for, one rule for each, or what `iptables-save` says of them.';
}

function translateProtocol(word: string, negated: boolean, rule: Parameters<Extension['translate']>[1]): void {
  const name = protocolName(word);
  if (name === undefined) return rule.unknown(`\`${word}\` is no protocol`);
  // `-p all` is every protocol.
  if (name === '0' && word !== 'ip6-hop-by-hop') return;
  if (!negated) rule.protocol = name;
  rule.match('service', [protocolItem(name, rule.family)], negated);
}
