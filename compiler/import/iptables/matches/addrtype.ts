/** `-m addrtype`: what the routing table makes of an address. */
import { FLAG, VALUE, type Extension } from '../options.ts';

/** Types as nft names them (nft(8), FIB EXPRESSIONS). */
const TYPES: Readonly<Record<string, string>> = {
  UNSPEC: 'unspec',
  UNICAST: 'unicast',
  LOCAL: 'local',
  BROADCAST: 'broadcast',
  ANYCAST: 'anycast',
  MULTICAST: 'multicast',
  BLACKHOLE: 'blackhole',
  UNREACHABLE: 'unreachable',
  PROHIBIT: 'prohibit',
};

export const addrtype: Extension = {
  name: 'addrtype',
  options: { 'src-type': VALUE, 'dst-type': VALUE, 'limit-iface-in': FLAG, 'limit-iface-out': FLAG },
  translate(options, rule) {
    for (const [option, end, slot] of [
      ['src-type', 'saddr', 'from'],
      ['dst-type', 'daddr', 'to'],
    ] as const) {
      const word = options.value(option);
      if (word === undefined) continue;
      const types = word.toUpperCase().split(',');
      const negated = options.isNegated(option);
      // The routing table has no say in these (inet_addr_type of the kernel).
      if (word.toUpperCase() === 'MULTICAST') {
        rule.match(slot, [rule.family === 4 ? '224.0.0.0/4' : 'ff00::/8'], negated);
        continue;
      }
      const names = types.map((type) => TYPES[type]);
      if (names.includes(undefined)) {
        rule.unknown(`\`${word}\` is no type of an address`);
        continue;
      }
      const by = options.has('limit-iface-in') ? ' . iif' : options.has('limit-iface-out') ? ' . oif' : '';
      const set = names.length === 1 ? names[0] : `{ ${names.join(', ')} }`;
      rule.opaque(`fib ${end}${by} type ${negated ? '!= ' : ''}${set}`, 'what the routing table makes of an address');
    }
  },
};
