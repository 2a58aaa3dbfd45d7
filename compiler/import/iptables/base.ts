/** The options of iptables(8) itself: addresses, interfaces, the protocol, fragments. */
import { addressItem } from './addresses.ts';
import { hidesLoopback } from './chains/hooks.ts';
import type { Extension } from './options.ts';
import { VALUE, FLAG } from './options.ts';
import type { Family } from './dump/dump.ts';
import { addressInterval } from './sets/address-intervals.ts';
import { protocolItem, protocolName } from './protocols.ts';
import type { RuleBuilder } from './rule-builder.ts';

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
      if (address.includes(',')) {
        translateList(address, slot, options.isNegated(option), rule);
        continue;
      }
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

/** `-s A,B`: iptables makes a rule for each, and only `-s` and `-d` of scripts and files written by hand have such lists. */
function translateList(list: string, slot: 'from' | 'to', negated: boolean, rule: RuleBuilder): void {
  const words = list.split(',');
  const items = words.map((word) => addressItem(word, rule.family));
  const odd = items.indexOf(undefined);
  if (odd >= 0) return rule.unknown(`\`${words[odd]}\` is no address of the dump's family`, hintFor(words[odd]!));
  if (negated) {
    return rule.unknown('a list of addresses behind `!`, which iptables does not take', 'Write a rule for each.');
  }
  const known = items.filter((item) => item !== undefined);
  if (overlap(known, rule.family)) {
    return rule.refuse('a list of addresses that overlap, each met by a rule of its own', 'Name each address once.');
  }
  rule.list(slot, known);
}

function overlap(items: readonly string[], family: Family): boolean {
  const intervals = items.map((item) => addressInterval(item, family));
  return intervals.some((one, at) =>
    intervals.slice(at + 1).some((other) => !one || !other || (one.low <= other.high && other.low <= one.high)),
  );
}

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
