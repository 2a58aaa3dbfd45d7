/** `-m conntrack`: the state of a packet's flow, and the flow's ends. */
import { addressItem } from '../addresses.ts';
import { VALUE, type Extension } from '../options.ts';
import { parsePorts, portItem } from '../ports.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import { matchStates } from './states.ts';

const ENDS = {
  ctorigsrc: 'original saddr',
  ctorigdst: 'original daddr',
  ctreplsrc: 'reply saddr',
  ctrepldst: 'reply daddr',
};
const PORTS = {
  ctorigsrcport: 'original proto-src',
  ctorigdstport: 'original proto-dst',
  ctreplsrcport: 'reply proto-src',
  ctrepldstport: 'reply proto-dst',
};
const STATUS: Readonly<Record<string, string>> = {
  expected: 'expected',
  seen_reply: 'seen-reply',
  assured: 'assured',
  confirmed: 'confirmed',
};

export const conntrack: Extension = {
  name: 'conntrack',
  options: {
    ctstate: VALUE,
    ctproto: VALUE,
    ctorigsrc: VALUE,
    ctorigdst: VALUE,
    ctreplsrc: VALUE,
    ctrepldst: VALUE,
    ctorigsrcport: VALUE,
    ctorigdstport: VALUE,
    ctreplsrcport: VALUE,
    ctrepldstport: VALUE,
    ctstatus: VALUE,
    ctexpire: VALUE,
    ctdir: VALUE,
  },
  translate(options, rule) {
    const states = options.value('ctstate');
    if (states !== undefined) {
      const asksMore = Object.keys(conntrack.options).some((name) => name !== 'ctstate' && options.has(name));
      // Of a packet without a flow, the kernel asks the state and nothing else.
      if (asksMore && (options.isNegated('ctstate') || /INVALID|UNTRACKED/i.test(states))) {
        rule.refuse('a state of packets without a flow beside what only flows have', 'Make it two matches, `-m` each.');
      }
      matchStates(states, options.isNegated('ctstate'), rule);
    }
    const not = (option: string): string => (options.isNegated(option) ? '!= ' : '');
    for (const [option, [direction, end]] of Object.entries(ENDS).map(
      ([key, text]) => [key, text.split(' ')] as const,
    )) {
      const word = options.value(option);
      const item = word === undefined ? undefined : addressItem(word, rule.family);
      const family = rule.family === 4 ? 'ip' : 'ip6';
      if (word !== undefined && item === undefined) rule.unknown(`\`${word}\` is no address`);
      else if (item !== undefined && item !== 'any') {
        rule.opaque(`ct ${direction} ${family} ${end} ${not(option)}${item}`, 'the ends of a flow before translation');
      }
    }
    for (const [option, end] of Object.entries(PORTS)) {
      const range = parsePorts(options.value(option) ?? '-');
      if (range) rule.opaque(`ct ${end} ${not(option)}${portItem(range)}`, 'the ports of a flow before translation');
    }
    const protocol = options.value('ctproto');
    if (protocol !== undefined) rule.opaque(`ct protocol ${not('ctproto')}${protocol}`, "a flow's protocol");
    const direction = options.value('ctdir');
    if (direction !== undefined) rule.opaque(`ct direction ${direction.toLowerCase()}`, 'the direction in a flow');
    const expire = options.value('ctexpire');
    if (expire !== undefined) translateExpiry(expire, not('ctexpire'), rule);
    const status = options.value('ctstatus');
    if (status !== undefined) translateStatus(status.toLowerCase().split(','), not('ctstatus') !== '', rule);
  },
};

/** In seconds: about what nft's milliseconds hold in 32 bits. */
const LONGEST = 4_294_966;

/** iptables compares whole seconds, nft milliseconds. */
function translateExpiry(word: string, not: string, rule: RuleBuilder): void {
  const [low = NaN, high = low] = word.split(':').map(Number);
  if (!(low <= high)) return rule.unknown(`\`${word}\` is no time in seconds`);
  const [first, last] = [low, high].map((seconds) => Math.min(seconds, LONGEST));
  rule.opaque(`ct expiration ${not}${first}s-${last}s999ms`, 'the time that a flow is kept');
}

function translateStatus(names: readonly string[], negated: boolean, rule: RuleBuilder): void {
  if (names.includes('none')) {
    return rule.onlyIptables('`--ctstatus NONE`', 'Name the states that the flow must not have, with `!`.');
  }
  const known = names.map((name) => STATUS[name]);
  if (known.includes(undefined)) return rule.unknown(`\`${names.join(',')}\` is no status of a flow`);
  const bits = known.join(' | ');
  rule.opaque(`ct status & (${bits}) ${negated ? '==' : '!='} 0`, "a flow's status");
}
