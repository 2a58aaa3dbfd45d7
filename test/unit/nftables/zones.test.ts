/** Zones as interfaces: names, sets, wildcards, and VLANs by their tags at ingress. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const forward = (zones: string, rule: string) => `${zones}\nfilter forward default drop { essential off ${rule} }`;
const last = (policy: string) => partOf(artifactOf(policy), 'chain filter_forward').at(-1);

test('few names stand in the rule, many in a set named after the zone', () => {
  expect(last(forward('zone a = eth0', 'allow in a'))).toBe('iifname "eth0" accept');
  expect(last(forward('zone a = eth0, "wg*"', 'allow not out a'))).toBe('oifname != { "eth0", "wg*" } accept');
  const ruleset = artifactOf(forward('zone rooms = bond1 vlan 100-119, "wlan*"', 'allow in rooms'));
  expect(partOf(ruleset, 'chain filter_forward').at(-1)).toBe('iifname @rooms accept');
  expect(partOf(ruleset, 'set rooms')).toContain('flags interval');
  expect(ruleset).toContain('"bond1.119"');
});

test('a target binds zones to other interfaces', () => {
  const policy = `${forward('zone a = eth0', 'allow in a')} target t { zone a = eth7 nftables }`;
  expect(last(policy)).toBe('iifname "eth7" accept');
});

test('at ingress, VLANs are a device and its tags', () => {
  const ruleset = artifactOf('zone rooms = bond1 vlan 100-199, eth2\nmitigate in rooms { drop udp }');
  expect(partOf(ruleset, 'chain mitigate')).toEqual([
    'type filter hook ingress devices = { "bond1", "eth2" } priority -500; policy accept;',
    'iifname "eth2" jump mitigate_rooms',
    'iifname "bond1" vlan id 100-199 jump mitigate_rooms',
  ]);
  expect(partOf(ruleset, 'chain mitigate_rooms')).toEqual(['meta l4proto udp drop']);
});

test('at ingress, a rule for two zones is for the interfaces of both, as the target binds them', () => {
  const ruleset = artifactOf(
    'zone a = eth0 zone b = eth1\nmitigate in b { drop in a, b udp } target t { zone a = eth7 nftables }',
  );
  expect(partOf(ruleset, 'chain mitigate').at(-1)).toBe('iifname { "eth7", "eth1" } meta l4proto udp drop');
});

test('all mitigate blocks are one base chain, which allow ends', () => {
  const ruleset = artifactOf(
    'zone a = eth0 zone b = eth1 mitigate in a { allow tcp } mitigate before in a, b { drop udp }',
  );
  expect(
    partOf(ruleset, 'chain mitigate')
      .slice(1)
      .map((line) => line.replace(/.* jump/, 'jump')),
  ).toHaveLength(2);
  expect(ruleset.match(/hook ingress/g)).toHaveLength(1);
});

test('what no device stands for is refused', () => {
  expect(refusalsOf('zone a = "wg*"\nmitigate in a { drop udp }').join()).toContain('names no single device');
  expect(refusalsOf(forward('zone a = averylongname vlan 1000', 'allow in a')).join()).toContain('longer than 15');
  expect(refusalsOf('zone a = bond1 vlan 5, eth0 zone b = eth1\nmitigate { drop udp in a }').join()).toContain(
    'takes several matches',
  );
});
