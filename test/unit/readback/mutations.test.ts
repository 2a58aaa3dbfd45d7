/** Faults that a back end could have, planted in what it has really written: the comparison with the Program finds them. */
import { describe, expect, it } from 'vitest';
import { compareWithProgram, type Comparison } from '../../../compiler/proof/machine/compare.ts';
import { machineOf, policyReadBack } from '../../builders/read-back.ts';

const POLICY = `
zone uplink = eth0
zone lan = eth1, eth2

let admins = 10.0.0.0/24, 10.0.2.0/24, 10.0.4.7, 10.0.9.0/24, 10.0.11.0/24, 10.0.13.0/24, 10.0.15.0/24, 10.0.17.0/24, 10.0.19.0/24
let guests = 10.8.0.0/24, 10.8.2.0/24, 10.8.4.7, 10.8.9.0/24, 10.8.11.0/24, 10.8.13.0/24, 10.8.15.0/24, 10.8.17.0/24, 10.8.19.0/24

table rooms(room: prefix4 key, public: ipv4, kind: enum(pc, phone), id: u32) = {
  (10.1.0.0/24, 198.51.100.1, pc, 1),
  (10.1.1.0/24, 198.51.100.2, phone, 2),
  (10.1.2.0/24, 198.51.100.3, pc, 3)
}

mitigate in uplink {
  drop from 127.0.0.0/8
  drop udp from any port 1024-2047
}

nat {
  each r in rooms { snat from r.room out uplink -> r.public }
  dnat in uplink to 198.51.100.9 tcp/8080 -> 10.1.0.9:80
}

group known(hosts) {
  leave to 10.0.4.7
  allow to hosts tcp/443
}

filter forward default drop {
  drop tcp flags none/fin+syn+rst
  allow from admins tcp/22
  drop from guests not tcp/80, udp/53
  reject in uplink tcp/25 and log "smtp" and count as smtp
  use known(10.0.5.0/24)
  allow in lan out uplink not from 10.9.0.0/16, 2001:db8::/32
  each r in rooms where r.kind == phone { drop from r.room udp/5060-5090 }
  each r in rooms where r.kind == pc { allow from r.room udp/5060-5090 }
  mark set 0x5/0xff from 10.3.0.0/16
  allow port_knock
  allow in uplink tcp/8443 during 22:00-06:00 mon-fri +01:00
  allow in uplink tcp/8444 during 08:00-12:00
}

service port_knock = udp/7000, tcp/7001

filter input stateless default drop {
  allow from any port 53 to 10.0.0.1
  allow icmp echo-request
  drop fragment later
}

mangle postrouting {
  dscp set 46 from 10.5.0.0/16
}

count {
  each r in rooms { traffic host r.room as r.id }
}
`;

const read = policyReadBack(POLICY)!;
const BUDGET = 2 ** 26;

/** Followed bit by bit, as sets of this size are; or each set and table as one unknown, as large ones are. */
const WAYS = { 'bit by bit': undefined, 'by name': 0 } as const;

/** What the comparison says of another text. */
function comparisonsOf(text: string, large?: number): readonly Comparison[] {
  return compareWithProgram(machineOf(text), read.program, BUDGET, large);
}

it.each(Object.entries(WAYS))('finds nothing in what was written, %s', (_name, large) => {
  const others = comparisonsOf(read.text, large).filter(({ kind }) => kind !== 'the same');
  expect(others.map(({ kind, part }) => `${kind}: ${part}`)).toEqual([
    'not compared: chain mark_prerouting',
    'not compared: chain mark_output',
  ]);
});

/** A fault: what it is called, the text that it changes, and into what. */
type Fault = readonly [name: string, from: string | RegExp, to: string];

const FAULTS: readonly Fault[] = [
  ['a lost negation', 'ip saddr != 10.9.0.0/16', 'ip saddr 10.9.0.0/16'],
  ['a negation too many', 'iifname "eth0" tcp dport 25', 'iifname != "eth0" tcp dport 25'],
  ['an off-by-one at the low end', 'udp sport 1024-2047', 'udp sport 1025-2047'],
  ['an off-by-one at the high end', 'udp dport 5060-5090', 'udp dport 5060-5089'],
  ['a prefix too long', 'ip saddr 127.0.0.0/8', 'ip saddr 127.0.0.0/9'],
  ['a prefix too short', 'ip saddr 10.3.0.0/16', 'ip saddr 10.2.0.0/15'],
  ['another address', 'ip daddr 198.51.100.9', 'ip daddr 198.51.100.8'],
  [
    'two rules in the other order',
    /(.*tcp flags & \(fin \| syn \| rst\).*\n)([^]*?)(.*ip saddr @admins_ipv4 .*\n)/,
    '$3$2$1',
  ],
  [
    'a rule that comes too early',
    /(.*ct status confirmed accept\n)([^]*?)(.*tcp flags & \(fin \| syn \| rst\).*\n)/,
    '$3$2$1',
  ],
  ['a mask of flags that is lost', 'tcp flags & (fin | syn | rst) == 0x0', 'tcp flags == 0x0'],
  ['another mask of flags', 'tcp flags & (fin | syn | rst) == 0x0', 'tcp flags & (fin | syn) == 0x0'],
  [
    'the flags that begin a flow',
    'tcp flags & (fin | syn | rst | ack) != syn drop',
    'tcp flags & (fin | syn | rst) != syn drop',
  ],
  ['a wrong set', '@admins_ipv4 tcp', '@guests_ipv4 tcp'],
  ['a missing element', '\t\t\t10.0.4.7,\n', ''],
  ['an element too many', '\t\t\t10.0.4.7,\n', '\t\t\t10.0.4.7,\n\t\t\t10.0.4.9,\n'],
  ['a missing row', /^\t*10\.1\.1\.0 : 198.*\n/m, ''],
  ['a row with the value of another', '10.1.1.0 : 198.51.100.2', '10.1.1.0 : 198.51.100.3'],
  ['a row with the counter of another', '10.1.1.0 counter comment "2"', '10.1.1.0 counter comment "3"'],
  ['a jump for a goto', /goto mitigate_later_fragments/g, 'jump mitigate_later_fragments'],
  ['a goto for a jump', 'jump filter_forward_known', 'goto filter_forward_known'],
  ['a return that is lost', 'ip daddr 10.0.4.7 return', 'ip daddr 10.0.4.7 accept'],
  ['accept for drop', 'ip saddr 127.0.0.0/8 drop', 'ip saddr 127.0.0.0/8 accept'],
  [
    'another policy of a chain',
    'hook forward priority filter; policy drop',
    'hook forward priority filter; policy accept',
  ],
  ['another hook', 'hook input priority filter', 'hook output priority filter'],
  ['another priority', 'hook forward priority filter', 'hook forward priority security'],
  ['another device', 'device "eth0"', 'device "eth1"'],
  ['the other end', 'ip saddr @admins_ipv4', 'ip daddr @admins_ipv4'],
  ['the other port', 'udp dport 5060', 'udp sport 5060'],
  ['another protocol', 'tcp dport 25', 'udp dport 25'],
  ['a protocol that is not asked for', 'meta l4proto { tcp, udp, dccp, sctp, udplite } th sport 53', 'th sport 53'],
  ['an interface that is not asked for', 'iifname "eth0" tcp dport 25', 'tcp dport 25'],
  ['one interface too few', 'iifname { "eth1", "eth2" }', 'iifname "eth1"'],
  [
    'the way out for the way in',
    'iifname { "eth1", "eth2" } oifname "eth0"',
    'oifname { "eth1", "eth2" } iifname "eth0"',
  ],
  ['a rule that is lost', /^.*icmp type echo-request accept.*\n/m, ''],
  ['an effect that is lost', 'counter name "smtp" ', ''],
  ['an effect done twice', 'counter name "smtp"', 'counter name "smtp" counter name "smtp"'],
  ['another text in the log', 'prefix "smtp "', 'prefix "ssh "'],
  ['a mark under another mask', 'meta mark & 0xffffff00 | 0x5', 'meta mark & 0xffff0000 | 0x5'],
  ['another mark', 'meta mark & 0xffffff00 | 0x5', 'meta mark & 0xffffff00 | 0x7'],
  ['another DSCP', 'ip dscp set 46', 'ip dscp set 44'],
  ['a mask of the key', 'ip saddr & 255.255.255.0 @rooms_room_sent', 'ip saddr & 255.255.0.0 @rooms_room_sent'],
  ['a source that is translated to another port', 'dnat ip to 10.1.0.9:80', 'dnat ip to 10.1.0.9:81'],
  ['a translation without its port', 'dnat ip to 10.1.0.9:80', 'dnat ip to 10.1.0.9'],
  ['a pair of a concatenation', 'udp . 7000', 'udp . 7001'],
  ['flows that are not let through', /^.*ct status confirmed accept\n/m, ''],
  ['what belongs to no flow', ', invalid : drop', ''],
  ['an hour that begins too late', 'meta hour 28800-43199', 'meta hour 28801-43199'],
  ['an hour of the wrong day', /^\t+1 \. 75600-86399,\n/m, ''],
  ['a window that begins another day', /^(\t+)2 \. 0-17999/m, '$11 . 0-17999'],
  ['loopback', /(chain filter_input \{\n[^}]*?)\t*iif "lo" accept\n/, '$1'],
  ['later fragments', 'ip frag-off & 0x1fff != 0 goto', 'ip frag-off & 0x1fff == 0 goto'],
];

describe('finds', () => {
  it.each(FAULTS)('%s', (_name, from, to) => {
    const text = read.text.replace(from, to);
    expect(text, `nothing to change in\n${read.text}`).not.toBe(read.text);
    for (const [name, large] of Object.entries(WAYS)) {
      const different = comparisonsOf(text, large).filter(({ kind }) => kind === 'different');
      expect(different, `${name}:\n${text}`).not.toEqual([]);
    }
  });
});

describe('a map that lets some values go on', () => {
  const small = policyReadBack(`filter forward stateless default drop { drop from 10.0.0.1  allow from 10.0.0.0/24 }`)!;
  const kindsWith = (verdict: string) => {
    const text = small.text.replace(
      'ip saddr 10.0.0.1 drop',
      `ip saddr vmap { 10.0.0.1 : drop, 10.0.0.2 : ${verdict} }`,
    );
    expect(text).not.toBe(small.text);
    return new Set(compareWithProgram(machineOf(text), small.program, BUDGET).map(({ kind }) => kind));
  };

  it('means what the rule alone means', () => {
    expect(kindsWith('continue')).toEqual(new Set(['the same']));
  });

  it('is told from one by which they return', () => {
    expect(kindsWith('return')).toContain('different');
  });
});

it('two chains at one place are not compared as one', () => {
  const { program, text } = policyReadBack(POLICY)!;
  const [chain] = /\tchain filter_forward \{\n[^}]*?policy drop;\n/.exec(text)!;
  const second = `${chain.replace('filter_forward', 'second')}\t}\n\n`;
  const comparisons = compareWithProgram(machineOf(text.replace(chain, () => `${second}${chain}`)), program, 2 ** 26);
  expect(comparisons.filter(({ kind, part }) => kind === 'not compared' && part === 'chain filter_forward')).toEqual([
    {
      kind: 'not compared',
      part: 'chain filter_forward',
      reason: 'it stands where chain second does, and which of them comes first the text does not say',
    },
  ]);
});
