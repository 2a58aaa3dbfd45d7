/** `shape` in nftables: the choice of a class, as the packet's priority. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const HEAD = `zone uplink = up0
  target router { nftables tc on up0 }
  table members(id: u32 key, room: prefix4 key, room6: prefix6 key, plan: enum(full, trial)) = {
    (7, 10.0.7.0/24, 2001:db8:7::/64, trial), (9, 10.0.9.0/24, 2001:db8:9::/64, full)
  }
  filter forward default allow {}`;

const shape = (classes: string) => `${HEAD}\nshape uplink egress rate 1gbit { ${classes} }`;

test('rows are one lookup in a map, the source first, and what no class takes comes last', () => {
  const ruleset = artifactOf(shape('each m in members { class m.id for host m.room } default unshaped'));
  expect(partOf(ruleset, 'chain shape_postrouting')).toEqual([
    'type filter hook postrouting priority srcnat - 5; policy accept;',
    'oifname "up0" meta priority set ip saddr & 255.255.255.0 map @members_room_class_id accept',
    'oifname "up0" meta priority set ip daddr & 255.255.255.0 map @members_room_class_id accept',
    'oifname "up0" meta priority set 1:0 accept',
  ]);
  expect(partOf(ruleset, 'map members_room_class_id')).toEqual([
    'type ipv4_addr : classid',
    'size 4',
    'elements = {',
    expect.stringMatching(/^10\.0\.7\.0 : 1:[0-9a-f]+,$/),
    expect.stringMatching(/^10\.0\.9\.0 : 1:[0-9a-f]+$/),
    '}',
  ]);
});

test('classes in a class go before it, and a class without clauses ends the list', () => {
  const policy = shape(
    'class web for tcp { class secure for tcp/443 } class rest class never for udp default class rest',
  );
  const lines = artifactOf(policy, 'tc/classes.tsv').trim().split('\n');
  const names = new Map(lines.map((line) => line.split('\t').slice(1) as [string, string]));
  const chosen = partOf(artifactOf(policy), 'chain shape_postrouting')
    .slice(1)
    .map((line) => line.replace(/1:[0-9a-f]+/, (id) => names.get(id) ?? id));
  expect(chosen).toEqual([
    'oifname "up0" tcp dport 443 meta priority set web/secure accept',
    'oifname "up0" meta l4proto tcp meta priority set web accept',
    'oifname "up0" meta priority set rest accept',
  ]);
});

test('a class of a row may have classes: each row then has a number for each', () => {
  const ruleset = artifactOf(
    shape(
      'each m in members where m.plan == trial { class m.id for from m.room { class talk for udp/53 } } default unshaped',
    ),
  );
  expect(ruleset).toMatch(/map members_trial_room_class_id \{/);
  expect(ruleset).toMatch(/map members_trial_room_class_id_talk \{/);
});

test('which of two rows a packet is for must not be left open', () => {
  const refusals = refusalsOf(
    shape('each m in members { class m.id for from m.room class m.plan for to m.room tcp } default unshaped'),
  );
  expect(refusals.join()).toContain('the order of rows matters');
});
