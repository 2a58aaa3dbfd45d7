/** `mark set`: on packets, on flows, from tables, and beside bits that are not Sluice's. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const zones = 'zone uplink = uplink0\nzone inside = lan0\n';
const reserved = '\ntarget router { marks reserve 0xff00 nftables }';
const stateful = (rules: string) => `${zones}filter forward default drop { essential off ${rules} }`;

test('a mark of a packet is set and no more', () => {
  const ruleset = artifactOf(`${zones}mangle prerouting { mark set 5 tcp/80 }`);
  expect(partOf(ruleset, 'chain mangle_prerouting').at(-1)).toBe('tcp dport 80 meta mark set 0x5');
  expect(ruleset).not.toContain('ct mark');
});

test('a mark of a flow is kept, and put back on every later packet', () => {
  const ruleset = artifactOf(stateful('mark set 5 tcp/80'));
  expect(partOf(ruleset, 'chain filter_forward').at(-1)).toBe('tcp dport 80 meta mark set 0x5 ct mark set 0x5');
  expect(partOf(ruleset, 'chain mark_prerouting')).toEqual([
    'type filter hook prerouting priority mangle - 10; policy accept;',
    'iif "lo" accept',
    'ct mark != 0 meta mark set ct mark',
  ]);
  expect(partOf(ruleset, 'chain mark_output')).toEqual([
    'type route hook output priority mangle - 10; policy accept;',
    'ct state related jump answers',
    'ct mark != 0 meta mark set ct mark',
  ]);
});

test('where only some bits are reserved, the others stay as they are', () => {
  const one = artifactOf(stateful('allow tcp/80 and mark set 0x500/0xff00') + reserved);
  expect(partOf(one, 'chain mark_prerouting').at(-1)).toBe(
    'ct mark & 0xff00 == 0x500 meta mark set meta mark & 0xffff00ff | 0x500',
  );
  const several = artifactOf(stateful('mark set 0x100/0x100 tcp/80 mark set 0x200/0x200 tcp/81') + reserved);
  expect(partOf(several, 'chain mark_prerouting').at(-1)).toBe('ct mark & 0x300 != 0 jump restore_mark');
  expect(partOf(several, 'chain restore_mark')).toEqual([
    'ct mark & 0x100 == 0x100 meta mark set meta mark | 0x100',
    'ct mark & 0x200 == 0x200 meta mark set meta mark | 0x200',
  ]);
});

test('a statement that an untracked packet would break off stands alone', () => {
  const ruleset = artifactOf(stateful('allow tcp/80 and mark set 0x500/0xff00') + reserved);
  expect(partOf(ruleset, 'chain filter_forward_allow_tcp_80')).toEqual([
    'meta mark set meta mark & 0xffff00ff | 0x500 ct mark set ct mark & 0xffff00ff | 0x500',
    'accept',
  ]);
});

test('marks from a table are one lookup', () => {
  const table = 'table users(room: prefix4 key, mark: u32) = { (10.0.0.0/24, 5), (10.0.1.0/24, 7) }\n';
  const whole = artifactOf(table + stateful('each u in users { mark set u.mark from u.room }'));
  expect(partOf(whole, 'chain filter_forward').at(-1)).toBe(
    'meta mark set ip saddr & 255.255.255.0 map @users_room_mark ct mark set meta mark',
  );
  expect(partOf(whole, 'map users_room_mark')).toContain('10.0.0.0 : 0x5,');
  const some = artifactOf(table + stateful('each u in users { mark set u.mark/0xff from u.room }'));
  expect(partOf(some, 'chain filter_forward').at(-1)).toBe('ip saddr & 255.255.255.0 vmap @users_room_mark');
  expect(partOf(some, 'add element inet sluice users_room_mark')).toEqual([
    '10.0.0.0 : jump mark_5_IPv4,',
    '10.0.1.0 : jump mark_7_IPv4',
  ]);
});

test('what cannot be told apart, or is not ours, is refused', () => {
  expect(refusalsOf(stateful('allow tcp/80 and mark set 5') + reserved)).toEqual([
    'allow tcp/80 and mark set 5: the mark has bits that target `router` keeps for others: `marks reserve 0xff00`',
  ]);
  expect(refusalsOf(`raw { mark set 1/3 }\n${stateful('mark set 2/2 tcp/80 mark set 0/2 tcp/81')}`)).toEqual([
    'mark set 1/3: this mark and the mark of a flow (`mark set 2/2 tcp/80`) share bits, and nftables cannot tell which of them a packet has',
  ]);
});
