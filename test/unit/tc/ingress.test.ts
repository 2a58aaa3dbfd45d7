/** `shape … ingress`: queues of an interface of their own, and the way there from where packets come in. */
import { describe, expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';
import { queuesOf } from '../../builders/queues.ts';

const policyOf = (classes: string, more = '', device = 'up0'): string => `zone uplink = ${device}
  zone inside = lan0
  table members(id: u32 key, room: prefix4 key) = { (7, 10.0.7.0/24), (9, 10.0.9.0/24) }
  ${more}
  shape uplink ingress rate 100mbit { ${classes} }
  target router { nftables tc on ${device}, lan0 }`;

const CLASSES = 'class web for tcp/80 ceiling 5mbit class rest default class rest';

const linesOf = (policy: string, path: string): string[] =>
  artifactOf(policy, path)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

test('the queues are those of an interface of their own', () => {
  const lines = linesOf(policyOf(CLASSES), 'tc/up.batch');
  expect(lines[1]).toMatch(/^qdisc replace dev ifb-up0 root handle 3: htb default /);
  expect(lines.every((line) => line.includes(' dev ifb-up0 '))).toBe(true);
  expect(linesOf(policyOf(CLASSES), 'tc/classes.tsv')[1]).toMatch(/^ifb-up0\t3:[0-9a-f]+\tweb$/);
});

test('nftables chooses the class where packets come in, and what tc brings sends them to it behind that', () => {
  const policy = policyOf(`each m in members { class m.id for to m.room } ${CLASSES}`);
  expect(partOf(artifactOf(policy), 'chain shape_ingress').slice(0, 4)).toEqual([
    'type filter hook ingress device "up0" priority -400; policy accept;',
    'ip frag-off & 0x1fff != 0 goto shape_ingress_later_fragments',
    'frag frag-off != 0 goto shape_ingress_later_fragments',
    'iifname "up0" meta priority set ip daddr & 255.255.255.0 map @members_room_class_id accept',
  ]);
  expect(partOf(artifactOf(policy, 'tc/ingress.nft'), 'chain from_uplink')).toEqual([
    'type filter hook ingress device "up0" priority -300; policy accept;',
    'fwd to "ifb-up0"',
  ]);
});

test('the interface is there before its queues, and they before what fills them', () => {
  const { load, unload } = queuesOf({ policy: policyOf(CLASSES), files: {} })!;
  expect(load).toEqual([
    'ip link show dev ifb-up0 > /dev/null 2>&1 || ip link add ifb-up0 type ifb',
    'ip link set dev ifb-up0 up txqueuelen 1000',
    'tc -batch tc/up.batch',
    'nft -f tc/ingress.nft',
  ]);
  expect(unload).toEqual([
    'nft delete table netdev sluice_ingress',
    'tc -batch tc/down.batch',
    'ip link del dev ifb-up0',
  ]);
});

test('long names of interfaces, and of zones that are no names to nft, have short ones', () => {
  const policy = policyOf(CLASSES, '', 'enp193s0f1np1').replaceAll('uplink', '"my-uplink"');
  const chain = partOf(artifactOf(policy, 'tc/ingress.nft'), 'chain from_my_2duplink');
  expect(chain[1]).toMatch(/^fwd to "ifb-[0-9a-f]{8}"$/);
});

test('without classes it is cake, which counts what it drops', () => {
  expect(linesOf(policyOf('default fair'), 'tc/up.batch').at(-1)).toBe(
    'qdisc replace dev ifb-up0 root handle 3: cake bandwidth 100mbit besteffort triple-isolate ingress',
  );
});

describe('behind a translation', () => {
  const masquerade = 'nat { masquerade out uplink }';
  const dnat = 'nat { dnat in uplink to 192.0.2.1 tcp/80 -> 10.0.7.1 }';
  const refused = 'packets wait in this class before `nat` is undone, when their real';

  test.each([
    ['to 10.0.7.0/24', masquerade, 'destination'],
    ['tcp/80', masquerade, 'destination'],
    ['host 10.0.7.0/24', masquerade, 'destination'],
    ['from 10.0.7.0/24', dnat, 'source'],
    ['where source port == 53', dnat, 'source'],
  ])('`%s` is refused: %s', (clause, nat, end) => {
    const [refusal] = refusalsOf(policyOf(`class one for ${clause} default unshaped`, nat));
    expect(refusal).toContain(`${refused} ${end} is not known yet`);
  });

  test.each([
    ['from 192.0.2.0/24', masquerade],
    ['on wire to 198.51.100.7', masquerade],
    ['dscp is ef', dnat],
    ['udp', dnat],
    ['on wire from 192.0.2.0/24', dnat],
  ])('`%s` can be told: %s', (clause, nat) => {
    expect(refusalsOf(policyOf(`class one for ${clause} default unshaped`, nat))).toEqual([]);
  });
});

test.each(['out inside', 'mark is 5', 'original from 10.0.7.1'])('`%s` is not known yet', (clause) => {
  expect(refusalsOf(policyOf(`class one for ${clause} default unshaped`))).toHaveLength(1);
});
