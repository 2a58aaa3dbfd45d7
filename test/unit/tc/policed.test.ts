/** `shape … ingress … policed`: filters that find the class of a frame, and the policers that they lead to. */
import { describe, expect, test } from 'vitest';
import { artifactOf, refusalsOf } from '../../builders/ruleset.ts';
import { changeBetween } from '../../builders/queues.ts';

const HEAD = `zone uplink = up0
  zone inside = lan0
  table members(id: u32 key, room: prefix4 key, room6: prefix6 key, most: rate) = {
    (7, 10.0.7.0/24, 2001:db8:7::/64, 5mbit), (9, 10.0.9.0/24, 2001:db8:9::/64, 6mbit)
  }
  target router { nftables tc on up0, lan0 }`;

const policyOf = (classes: string, head = 'rate 100mbit policed', more = ''): string =>
  `${HEAD}\n${more}\nshape uplink ingress ${head} { ${classes} }`;

/** The commands, with names in place of the numbers of policers. */
function commandsOf(policy: string, path = 'tc/up.batch'): readonly string[] {
  const names = new Map([['196609', 'LINK']]);
  for (const line of artifactOf(policy, 'tc/classes.tsv').trim().split('\n').slice(1)) {
    const [, id = '', name = ''] = line.split('\t');
    const [upper = 0, lower = 0] = id.split(':').map((part) => Number.parseInt(part, 16));
    names.set(String(upper * 0x10000 + lower), name);
  }
  return artifactOf(policy, path)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replaceAll(/index (\d+)/g, (_, index: string) => `index ${names.get(index) ?? 'AROUND'}`));
}

/** What the filters ask, and the policers that they lead to. */
const filtersOf = (policy: string): readonly (readonly [string, ...string[]])[] =>
  commandsOf(policy).flatMap((line) => {
    const [, protocol, asked] = / pref \d+ protocol (\S+) handle \S+ flower(.*?) action police/.exec(line) ?? [];
    return protocol === undefined
      ? []
      : [[`${protocol}${asked}`, ...[...line.matchAll(/index (\S+)/g)].map((one) => one[1]!)]];
  });

test('a frame goes through the policers of its class, of those around and of the link', () => {
  const policy = policyOf(
    'class few for udp ceiling 3mbit { class dns for udp/53 ceiling 1mbit } class web for tcp/80',
  );
  expect(filtersOf(policy)).toEqual([
    ['ip ip_proto udp ip_flags nofrag dst_port 53', 'few/dns', 'AROUND', 'LINK'],
    ['ipv6 ip_proto udp ip_flags nofrag dst_port 53', 'few/dns', 'AROUND', 'LINK'],
    ['ip ip_proto udp', 'few', 'AROUND', 'LINK'],
    ['ipv6 ip_proto udp', 'few', 'AROUND', 'LINK'],
    ['ip ip_proto tcp ip_flags nofrag dst_port 80', 'web', 'LINK'],
    ['ipv6 ip_proto tcp ip_flags nofrag dst_port 80', 'web', 'LINK'],
    ['all', 'default', 'LINK'],
  ]);
  const options = 'mtu 64kb overhead 14 conform-exceed';
  expect(commandsOf(policy).filter((line) => line.startsWith('actions '))).toEqual([
    `actions change action police rate 100mbit burst 3125000 ${options} drop/ok index LINK`,
    `actions change action police rate 3mbit burst 131072 ${options} drop/pipe index AROUND`,
    `actions change action police rate 100mbit burst 3125000 ${options} pipe/pipe index few`,
    `actions change action police rate 1mbit burst 131072 ${options} drop/pipe index few/dns`,
    `actions change action police rate 100mbit burst 3125000 ${options} pipe/pipe index web`,
    `actions change action police rate 100mbit burst 3125000 ${options} pipe/pipe index default`,
  ]);
});

test('the chain is emptied before, and led to behind', () => {
  const lines = commandsOf(
    policyOf('class web for tcp ceiling 5mbit burst 64KiB', 'rate 1gbit link atm overhead 4 policed'),
  );
  expect(lines.slice(0, 4)).toEqual([
    'qdisc replace dev up0 clsact',
    'filter replace dev up0 ingress chain 200 pref 65000 protocol all handle 0x1 flower action ok',
    'filter del dev up0 ingress chain 200',
    expect.stringMatching(
      /^filter add dev up0 ingress chain 200 pref 1 protocol ip handle 0x[0-9a-f]+ flower ip_proto tcp action police rate 5mbit burst 65536 mtu 64kb overhead 18 linklayer atm conform-exceed drop\/pipe index web action police rate 1gbit /,
    ),
  ]);
  expect(lines.at(-1)).toBe(
    'filter replace dev up0 ingress pref 200 protocol all handle 0x1 flower action goto chain 200',
  );
  expect(commandsOf(policyOf('class web for tcp'), 'tc/down.batch')).toEqual([
    'filter del dev up0 ingress pref 200',
    'filter del dev up0 ingress chain 200',
  ]);
});

test('rows are found in one hash table', () => {
  const each = 'each m in members { class m.id for to m.room, m.room6 ceiling m.most }';
  expect(filtersOf(policyOf(`${each} default unshaped`))).toEqual([
    ['ip dst_ip 10.0.7.0/24', '7', 'LINK'],
    ['ip dst_ip 10.0.9.0/24', '9', 'LINK'],
    ['ipv6 dst_ip 2001:db8:7::/64', '7', 'LINK'],
    ['ipv6 dst_ip 2001:db8:9::/64', '9', 'LINK'],
  ]);
});

test.each([
  ['from 192.0.2.0-192.0.2.2', ['ip src_ip 192.0.2.0/31', 'ip src_ip 192.0.2.2/32']],
  ['ipv4 dscp is ef, 8', ['ip ip_tos 0x20/0xfc', 'ip ip_tos 0xb8/0xfc']],
  ['ipv4 ttl 64-127', ['ip ip_ttl 0x40/0xc0']],
  ['icmp4 8', ['ip ip_proto 0x1 ip_flags nofrag type 8']],
  ['ipv4 tcp flags syn', [expect.stringMatching(/^ip ip_proto tcp ip_flags nofrag tcp_flags 0x2\/0x/)]],
  ['ipv4 from any port 53 udp', ['ip ip_proto udp ip_flags nofrag src_port 53']],
  ['ipv4 not from 0.0.0.0/1 proto 47', ['ip src_ip 128.0.0.0/1 ip_proto 0x2f']],
])('`%s`', (clauses, asked) => {
  const filters = filtersOf(policyOf(`class one for ${clauses} default unshaped`));
  expect(filters.map(([keys]) => keys)).toEqual(asked);
});

test('without classes there is the policer of the link alone', () => {
  expect(filtersOf(policyOf(''))).toEqual([['all', 'LINK']]);
});

test('no other plane is needed', () => {
  const policy = policyOf('class web for tcp').replace('nftables tc', 'tc');
  expect(refusalsOf(policy)).toEqual([]);
});

describe('what cannot be policed exactly is refused', () => {
  test.each([
    ['length 100', "tc's filters cannot ask for `length`"],
    ['not tcp/80', 'cannot ask for `not` of a service'],
    ['from ::5/::ffff', 'cannot ask for `a suffix`'],
    ['from any port 80', 'not of all protocols that have some'],
  ])('`%s`', (clauses, reason) => {
    expect(refusalsOf(policyOf(`class one for ${clauses}`)).join()).toContain(reason);
  });

  test('rows whose order matters', () => {
    const each = 'each m in members { class m.id for to m.room class m.room for from m.room }';
    expect(refusalsOf(policyOf(each)).join()).toContain('the order of rows matters');
  });

  test('what leaves', () => {
    expect(refusalsOf(policyOf('class web for tcp').replace('ingress', 'egress')).join()).toContain(
      'tc polices what comes in, and what leaves can wait',
    );
  });

  test('what `mitigate` has not seen yet', () => {
    const mitigate = 'mitigate in uplink { drop udp/19 }';
    expect(refusalsOf(policyOf('class web for tcp', undefined, mitigate)).join()).toContain('tc polices before it');
    expect(refusalsOf(policyOf('class web for tcp', undefined, mitigate.replace('uplink', 'inside')))).toEqual([]);
  });

  test('without tc', () => {
    const policy = policyOf('class web for tcp').replace('nftables tc on up0, lan0', 'nftables');
    expect(refusalsOf(policy).join()).toContain('nftables cannot police');
  });
});

describe('changes', () => {
  const each = 'each m in members { class m.id for to m.room ceiling m.most } default unshaped';
  const policy = policyOf(each);
  const changes = (before: string, after: string): readonly string[] =>
    changeBetween({ policy: before, files: {} }, { policy: after, files: {} })!
      .change.files['tc/change.batch']!.split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));

  test('a new rate is one change of a policer', () => {
    expect(changes(policy, policy.replace('6mbit', '8mbit'))).toEqual([
      expect.stringMatching(
        /^actions change action police rate 8mbit burst 250000 mtu 64kb overhead 14 conform-exceed drop\/pipe index \d+$/,
      ),
    ]);
  });

  test('a member comes with a filter that makes its policer, and goes with it', () => {
    const more = policy
      .replace('6mbit) }', '6mbit), (11, 10.0.11.0/24, 2001:db8:11::/64, 1mbit) }')
      .replace('6mbit)\n', '6mbit), (11, 10.0.11.0/24, 2001:db8:11::/64, 1mbit)\n');
    expect(changes(policy, more)).toEqual([
      expect.stringMatching(
        /^filter add dev up0 ingress chain 200 pref 1 protocol ip handle \S+ flower dst_ip 10\.0\.11\.0\/24 action police rate 1mbit .* index \d+ action police rate 100mbit .* index 196609$/,
      ),
    ]);
    expect(changes(more, policy)).toEqual([
      expect.stringMatching(/^filter del dev up0 ingress chain 200 pref 1 protocol ip handle \S+ flower$/),
    ]);
  });

  test('who is policed no more waits, and the other way round', () => {
    const waiting = policy.replace(' policed', '');
    expect(changes(policy, waiting).slice(0, 4)).toEqual([
      'filter del dev up0 ingress pref 200',
      'filter del dev up0 ingress chain 200',
      'qdisc replace dev ifb-up0 root handle 1f: pfifo',
      'qdisc replace dev ifb-up0 root handle 3: htb default 0',
    ]);
    const [gone, ...come] = changes(waiting, policy);
    expect(gone).toBe('qdisc del dev ifb-up0 root');
    expect(come[0]).toBe('qdisc replace dev up0 clsact');
    expect(come.at(-1)).toMatch(/^filter replace dev up0 ingress pref 200 .* goto chain 200$/);
  });
});
