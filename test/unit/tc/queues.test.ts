/** `shape` as queues: what `tc -batch` is given, and the names of classes beside it. */
import { describe, expect, test } from 'vitest';
import { artifactOf, refusalsOf } from '../../builders/ruleset.ts';

const HEAD = `zone uplink = up0
  zone inside = lan0
  target router { nftables tc on up0, lan0 }`;

/** The commands, with names in place of the numbers of classes. */
function queues(shape: string, head = HEAD): string[] {
  const policy = `${head}\n${shape}`;
  const names = new Map([['1:1', 'ALL']]);
  for (const line of artifactOf(policy, 'tc/classes.tsv').trim().split('\n').slice(1)) {
    const [, id, name] = line.split('\t');
    names.set(id!, name!);
  }
  const lines = artifactOf(policy, 'tc/up.batch').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('handle 1f:'))
    .map((line) => line.replaceAll(/\b1:[0-9a-f]+\b/g, (id) => names.get(id) ?? 'AROUND'));
}

test('a class is guaranteed its guarantee, and next to nothing without one', () => {
  expect(
    queues(`shape uplink egress rate 100mbit {
      class voice for dscp is ef guarantee 20mbit ceiling 50mbit first
      class rest
      default class rest
    }`),
  ).toEqual([
    expect.stringMatching(/^qdisc replace dev up0 root handle 1: htb default [0-9a-f]+$/),
    'class add dev up0 parent 1: classid ALL htb rate 100mbit ceil 100mbit burst 14014b cburst 14014b quantum 60000',
    'class add dev up0 parent ALL classid voice htb rate 20mbit ceil 50mbit burst 4014b cburst 7764b prio 0 quantum 25000',
    'class add dev up0 parent ALL classid rest htb rate 95bit ceil 100mbit burst 3028b cburst 14014b prio 4 quantum 1514',
  ]);
});

test('what of a class no class in it takes has a class of its own, and each has the priority of the one around it', () => {
  expect(
    queues(`shape uplink egress rate 100mbit {
      class voice for dscp is ef priority 2 { class sip for udp/5060 guarantee 1mbit }
      default unshaped
    }`).slice(2),
  ).toEqual([
    'class add dev up0 parent ALL classid AROUND htb rate 1000095bit ceil 100mbit burst 3028b cburst 14014b quantum 1514',
    'class add dev up0 parent AROUND classid voice htb rate 95bit ceil 100mbit burst 3028b cburst 14014b prio 2 quantum 1514',
    'class add dev up0 parent AROUND classid voice/sip htb rate 1mbit ceil 100mbit burst 3028b cburst 14014b prio 2 quantum 1514',
  ]);
});

test('rows have classes of their own, by their own rates', () => {
  const shaped = queues(`
    table members(id: u32 key, room: prefix4 key, room6: prefix6 key, least: rate = none, most: rate) = {
      (7, 10.0.7.0/24, 2001:db8:7::/64, none, 5mbit), (9, 10.0.9.0/24, 2001:db8:9::/64, 1mbit, 6mbit)
    }
    shape uplink egress rate 1gbit {
      each m in members { class m.id for host m.room, m.room6 guarantee m.least ceiling m.most }
    }`);
  expect(shaped.slice(2)).toEqual([
    'class add dev up0 parent ALL classid default htb rate 953bit ceil 1gbit burst 3028b cburst 126514b prio 4 quantum 1514',
    expect.stringMatching(/^qdisc add dev up0 parent default handle 10: fq_codel$/),
    'class add dev up0 parent ALL classid 7 htb rate 953bit ceil 5mbit burst 3028b cburst 3028b prio 4 quantum 1514',
    'class add dev up0 parent ALL classid 9 htb rate 1mbit ceil 6mbit burst 3028b cburst 3028b prio 4 quantum 1514',
  ]);
});

test.each([
  ['leaf pfifo', undefined],
  ['latency 20ms leaf pfifo', 'bfifo limit 25000'],
  ['latency 20ms', 'fq_codel target 20ms interval 400ms'],
  ['leaf fq_codel', 'fq_codel'],
  ['leaf fq_codel ecn', 'fq_codel ecn'],
  ['latency 20ms noecn', 'fq_codel target 20ms interval 400ms noecn'],
  ['leaf cake ecn', 'cake unlimited besteffort'],
  ['leaf pfifo noecn', undefined],
  ['leaf sfq', 'sfq'],
  ['leaf fq', 'fq'],
  ['leaf cake latency 5ms', 'cake unlimited besteffort rtt 100ms'],
])('`%s`', (leaf, queue) => {
  const lines = queues(
    `shape uplink egress rate 100mbit { class web ceiling 10mbit ${leaf} for tcp default unshaped }`,
  );
  expect(lines[3]?.replace(/^.* handle \S+ /, '')).toBe(queue);
});

test('the link counts bytes that it adds to frames', () => {
  const line = (link: string) =>
    queues(`shape uplink egress rate 10mbit ${link} { class rest default class rest }`).at(-1);
  expect(line('')).toMatch(/quantum 1514$/);
  expect(line('overhead 4')).toMatch(/ overhead 4$/);
  expect(line('link atm overhead 10')).toMatch(/ overhead 10 linklayer atm$/);
  expect(line('link docsis overhead 4')).toMatch(/ overhead 4 mpu 64$/);
});

test('cake by itself where all share alike', () => {
  const nat = 'nat { masquerade ipv4 out uplink }';
  expect(queues(`${nat} shape uplink egress rate 40mbit overhead 8 link atm { default fair }`)).toEqual([
    'qdisc replace dev up0 root handle 1: cake bandwidth 40mbit besteffort triple-isolate nat overhead 22 atm',
  ]);
  expect(queues('shape inside egress rate 40mbit { }')).toEqual([
    'qdisc replace dev lan0 root handle 2: cake bandwidth 40mbit besteffort triple-isolate',
  ]);
});

test('each shaper has numbers of its own', () => {
  const policy = `${HEAD}
    shape uplink egress rate 1gbit { class rest default class rest }
    shape inside egress rate 1gbit { class rest default class rest }`;
  expect(artifactOf(policy, 'tc/classes.tsv')).toBe('interface\tclass\tname\nup0\t1:b5bc\trest\nlan0\t2:b5bc\trest\n');
  expect(artifactOf(policy, 'tc/down.batch')).toMatch(/\nqdisc del dev up0 root\nqdisc del dev lan0 root\n$/);
});

test('across queues, each has its part of the rate, and filters pick the queue of a class', () => {
  const policy = `${HEAD}
    shape uplink egress rate 100mbit across 2 queues {
      class c2 for tcp/2 { class inner for dscp is ef }
      class c3 for tcp/1 ceiling 10mbit
      default fair
    }`;
  const up = artifactOf(policy, 'tc/up.batch').split('\n');
  expect(up.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
    'qdisc replace dev up0 root handle 1f: pfifo',
    'qdisc replace dev up0 root handle 1: mq',
    'qdisc add dev up0 parent 1:1 handle 20: htb default 10',
    'class add dev up0 parent 20: classid 20:1 htb rate 50mbit ceil 50mbit burst 7764b cburst 7764b quantum 60000',
    expect.stringMatching(/^class add dev up0 parent 20:1 classid 20:10 htb .* ceil 50mbit /),
    'qdisc add dev up0 parent 20:10 handle 10: fq_codel',
    expect.stringMatching(/^class add dev up0 parent 20:1 classid 20:\w+ htb /),
    expect.stringMatching(/^class add dev up0 parent 20:\w+ classid 20:\w+ htb .* prio 4 /),
    expect.stringMatching(/^class add dev up0 parent 20:\w+ classid 20:\w+ htb .* prio 4 /),
    'qdisc add dev up0 parent 1:2 handle 21: htb default 0',
    'class add dev up0 parent 21: classid 21:1 htb rate 50mbit ceil 50mbit burst 7764b cburst 7764b quantum 60000',
    expect.stringMatching(/^class add dev up0 parent 21:1 classid 21:\w+ htb .* ceil 10mbit /),
    'qdisc replace dev up0 clsact',
    ...[0, 1].map(
      (queue) =>
        `filter replace dev up0 egress pref 200 protocol all handle 0x2${queue} basic match ` +
        `'meta(priority mask 0xffff0000 eq 0x2${queue}0000)' action skbedit queue_mapping ${queue}`,
    ),
  ]);
  expect(artifactOf(policy, 'tc/down.batch')).toMatch(
    /\nfilter del dev up0 egress pref 200\nqdisc del dev up0 root\n$/,
  );
  expect(artifactOf(policy)).toMatch(/meta priority set 20:\w+ accept[^]*meta priority set 20:10 accept/);
});

test('what classes of one queue are guaranteed together is within its part of the rate', () => {
  const policy = `${HEAD}
    shape uplink egress rate 100mbit across 2 queues { class c1 guarantee 40mbit for tcp/1 class c2 guarantee 20mbit for tcp/2 }`;
  expect(refusalsOf(policy).join()).toContain('are guaranteed 60mbit together, and share 50mbit');
});

test('a target may bind the zone to another interface', () => {
  const policy = `zone uplink = up0
    shape uplink egress rate 1gbit { class rest default class rest }
    target one { zone uplink = eth4 nftables tc on eth4 }`;
  expect(artifactOf(policy, 'tc/up.batch')).toContain('qdisc replace dev eth4 root handle 1: htb default b5bc');
  expect(artifactOf(policy)).toContain('oifname "eth4" meta priority set 1:b5bc accept');
});

test('more classes than can be guaranteed the least that HTB guarantees are refused', () => {
  const rows = Array.from({ length: 2000 }, (_, at) => `(${at}, 10.${at >> 8}.${at & 255}.0/24)`);
  const table = `table members(id: u32 key, room: prefix4 key) = { ${rows.join(', ')} }`;
  const shape =
    'shape uplink egress rate 100kbit { each m in members { class m.id for from m.room } default unshaped }';
  expect(refusalsOf(`${HEAD} ${table} ${shape}`).join()).toContain(
    '2000 classes of 100kbit: HTB guarantees each of them something, together 128kbit',
  );
});

test('more classes than there are numbers are refused: SL0355', () => {
  const rows = Array.from({ length: 65_504 }, (_, at) => `(${at}, 10.${at >> 8}.${at & 255}.0/24)`);
  const table = `table members(id: u32 key, room: prefix4 key) = { ${rows.join(', ')} }`;
  const shape = 'shape uplink egress rate 10gbit { each m in members { class m.id for from m.room } default unshaped }';
  expect(refusalsOf(`${HEAD} ${table} ${shape}`).join()).toContain(
    '65504 classes in one shaper, and 65503 are the most',
  );
});

test.each([
  ['ecn', '`pfifo` drops packets, and marks none'],
  ['leaf sfq ecn', '`sfq` drops packets, and marks none'],
  ['leaf cake noecn', '`cake` always marks packets of flows that can tell'],
])('`%s` is refused', (options, message) => {
  const shape = `shape uplink egress rate 100mbit { class web ceiling 10mbit ${options} for tcp default unshaped }`;
  expect(refusalsOf(`${HEAD}\n${shape}`).join()).toContain(message);
});

/** What tc alone makes of a shaper of what leaves: the filters, each with its class. */
describe('without nftables', () => {
  const alone = HEAD.replace('nftables ', '');
  const table = `table members(id: u32 key, room: prefix4 key, room6: prefix6 key) = {
    (7, 10.0.7.0/24, 2001:db8:7::/64), (9, 10.0.9.0/24, 2001:db8:9::/64)
  }`;
  const filters = (classes: string): string[] =>
    queues(`${table} shape uplink egress rate 1gbit { ${classes} }`, alone).filter((line) =>
      line.startsWith('filter '),
    );
  const refusals = (classes: string, head = 'uplink egress rate 1gbit'): string[] =>
    refusalsOf(`${alone} ${table} shape ${head} { ${classes} }`);

  /** Without what is the same in all. */
  const asked = (line: string): string => line.replace('filter add dev up0 parent 1: pref ', '');

  test('filters find a class, in the order written', () => {
    const found = filters(`each m in members { class m.id for to m.room, m.room6 }
      class voice for dscp is ef
      class old for ipv4 gre
      class near for ttl 64-127
      default class old`);
    expect(found.map(asked)).toEqual([
      '1 protocol ip handle 1: u32 divisor 1',
      '2 protocol ipv6 handle 2: u32 divisor 1',
      '1 protocol ip handle 800::1 u32 ht 800:: match ip dst 10.0.7.0/24 classid 7',
      '1 protocol ip handle 800::2 u32 ht 800:: match ip dst 10.0.9.0/24 classid 9',
      '1 protocol ip handle 800::3 u32 ht 800:: match ip tos 0xb8 0xfc classid voice',
      '1 protocol ip handle 800::4 u32 ht 800:: match ip protocol 47 0xff classid old',
      '1 protocol ip handle 800::5 u32 ht 800:: match u8 0x40 0xc0 at 8 classid near',
      '2 protocol ipv6 handle 801::1 u32 ht 801:: match ip6 dst 2001:db8:7::/64 classid 7',
      '2 protocol ipv6 handle 801::2 u32 ht 801:: match ip6 dst 2001:db8:9::/64 classid 9',
      '2 protocol ipv6 handle 801::3 u32 ht 801:: match u16 0xb80 0xfc0 at 0 classid voice',
      '2 protocol ipv6 handle 801::4 u32 ht 801:: match u8 0x40 0xc0 at 7 classid near',
    ]);
  });

  test('those of many rows in a table by the byte that tells most of them apart, with others around it', () => {
    const rows = Array.from({ length: 6 }, (_, at) => `(${at}, 10.${40 + at}.7.0/24)`).join(', ');
    const many = `table rooms(id: u32 key, room: prefix4 key) = { ${rows} }`;
    const found = queues(
      `${many} shape uplink egress rate 1gbit {
        class voice for dscp is ef
        each r in rooms { class r.id for ipv4 to r.room }
        class old for ipv4 gre
        default class old
      }`,
      alone,
    ).filter((line) => line.includes(' protocol ip '));
    const number = / handle ([0-9a-f]+): u32 divisor 256$/m.exec(found.join('\n'))![1]!;
    expect(found.map((line) => asked(line).replaceAll(number, 'T'))).toEqual([
      '1 protocol ip handle 1: u32 divisor 1',
      '1 protocol ip handle 800::1 u32 ht 800:: match ip tos 0xb8 0xfc classid voice',
      '1 protocol ip handle T: u32 divisor 256',
      ...[0, 1, 2, 3, 4, 5].map(
        (at) =>
          `1 protocol ip handle T:2${'89abcd'[at]}:1 u32 ht T:2${'89abcd'[at]}: match ip dst 10.${40 + at}.7.0/24 classid ${at}`,
      ),
      '1 protocol ip handle 800::2 u32 ht 800:: match u32 0 0 link T: hashkey mask 0x00ff0000 at 16',
      '1 protocol ip handle 800::3 u32 ht 800:: match ip protocol 47 0xff classid old',
    ]);
  });

  test('by a hash for each mask where tables would ask more', () => {
    // Each end by two bytes: 13 + 13² + 13³ tables.
    const prefixes = Array.from({ length: 169 }, (_, at) => `${2 * (at % 13)}.${2 * Math.floor(at / 13)}.0.0/16`).join(
      ', ',
    );
    const found = filters(`class few for from { ${prefixes} } to { ${prefixes} } class voice for dscp is ef`);
    expect(found.slice(0, 2).map((line) => asked(line).replace(/ handle \S+/, ''))).toEqual([
      '1 protocol ip flower src_ip 0.0.0.0/16 dst_ip 0.0.0.0/16 classid few',
      '1 protocol ip flower src_ip 0.0.0.0/16 dst_ip 0.2.0.0/16 classid few',
    ]);
    expect(found.at(-1)).toMatch(/ protocol ipv6 handle \S+ flower ip_tos 0xb8\/0xfc classid voice$/);
  });

  test('what fragments do not tell is refused', () => {
    const ofPorts = "tc's filters see fragments as they leave, which have no ports";
    expect(refusals('class web for ipv4 tcp/80')).toEqual([`class web for ipv4 tcp/80: ${ofPorts}`]);
    expect(refusals('class ping for icmp4 8')).toEqual([`class ping for icmp4 8: ${ofPorts}`]);
    expect(refusals('class syn for tcp flags syn')).toEqual([`class syn for tcp flags syn: ${ofPorts}`]);
    expect(refusals('class one for ipv6 tcp')).toEqual([
      "class one for ipv6 tcp: tc's filters see fragments as they leave, which in IPv6 may not tell their protocol",
    ]);
  });

  test('so is what they have no words for, and what needs a class before its queue', () => {
    expect(refusals('class few for in inside')).toEqual([
      "class few for in inside: tc's filters cannot ask for the zone at the other end",
    ]);
    expect(refusals('class few for length 100')).toEqual([
      "class few for length 100: tc's filters cannot ask for `length`",
    ]);
    expect(refusals('class few for ipv4', 'uplink egress rate 1gbit across 2 queues')).toEqual([
      expect.stringMatching(/tc by itself finds classes in one tree/),
    ]);
  });

  test('what comes in and waits needs another plane', () => {
    expect(refusals('class few for ipv4', 'uplink ingress rate 1gbit')).toEqual([
      expect.stringMatching(/`tc` has queues, and does not judge packets: `shape ingress` needs another plane/),
    ]);
  });

  test('nftables chooses where it is in the target, wherever that names it', () => {
    const policy = `${HEAD.replace('nftables tc on up0, lan0', 'tc on up0, lan0 nftables')}
      shape uplink egress rate 1gbit { class few for tcp/80 }`;
    expect(artifactOf(policy, 'tc/up.batch')).not.toContain('\nfilter');
    expect(artifactOf(policy)).toContain('meta priority set');
  });
});
