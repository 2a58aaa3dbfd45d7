/** `balance … forward dnat`: a hash of the flow, and a Maglev table as a map. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const pool = 'pool table backends(addr: ip, weight: u16 = 1) = { (10.0.0.5, 1), (10.0.0.6, 1) }';
const balance = (settings: string) => `balance web { vip 192.0.2.10 service tcp/443 ${pool} ${settings} }`;

test('a hash of the flow finds the backend', () => {
  const ruleset = artifactOf(balance('hash maglev 7 on flow forward dnat'));
  expect(partOf(ruleset, 'chain balance_prerouting')).toEqual([
    'type nat hook prerouting priority dstnat - 5; policy accept;',
    'ip daddr 192.0.2.10 tcp dport 443 dnat ip to jhash ip saddr . ip daddr . th sport . th dport . meta l4proto mod 7 seed 0x736c7569 map @web_ipv4',
  ]);
  const entries = partOf(ruleset, 'map web_ipv4').filter((line) => line.includes(' : 10.'));
  expect(entries.map((line) => line.replace(/ :.*/, ''))).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  expect(new Set(entries.map((line) => line.replace(/.*: ([\d.]+),?/, '$1')))).toEqual(
    new Set(['10.0.0.5', '10.0.0.6']),
  );
});

test('a table of 65,537 entries is one map, added behind the table', () => {
  const ruleset = artifactOf(balance('forward dnat'));
  expect(ruleset.match(/^\t\d+ : 10\.0\.0\.[56],?$/gm)).toHaveLength(65_537);
  expect(ruleset.match(/^add element/gm)).toHaveLength(2);
});

test('a service without a backend of its family goes nowhere', () => {
  const ruleset = artifactOf(balance('forward dnat').replace('192.0.2.10', '2001:db8::10'));
  expect(partOf(ruleset, 'chain balance_prerouting').at(-1)).toBe('ip6 daddr 2001:db8::10 tcp dport 443 drop');
});

test('what nftables has no way to do is refused', () => {
  expect(refusalsOf(balance('forward gre')).join()).toContain('cannot send packets to a backend by `forward gre`');
  expect(refusalsOf(balance('local first forward dnat')).join()).toContain('whether this host itself serves a flow');
  expect(refusalsOf(balance('forward dnat from 192.0.2.1')).join()).toContain('keeps the source as it is');
});
