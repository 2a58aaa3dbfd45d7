/** Packets of IPv6 whose extension headers lead to no protocol: nft breaks off where a rule asks for all protocols but some. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

const leads = 'meta l4proto 0-255 goto filter_forward_by_protocol';
const rulesOf = (ruleset: string, chain: string) => partOf(ruleset, `chain ${chain}`).slice(1);

test('they meet what can hold of them, with the verdicts of the policy', () => {
  const ruleset = artifactOf(`filter forward stateless default allow {
    essential off
    drop from 2001:db8::/32 not tcp, udp
    drop tcp/22
    reject from 2001:db8:1::/48
  }`);
  expect(rulesOf(ruleset, 'filter_forward')).toEqual([
    leads,
    'ip6 saddr 2001:db8::/32 drop',
    'ip6 saddr 2001:db8:1::/48 goto refuse',
  ]);
  expect(partOf(ruleset, 'chain filter_forward_by_protocol').join('\n')).toContain('tcp dport 22 drop');
});

test('where each rule names protocols, they are packets like others', () => {
  const ruleset = artifactOf('filter forward stateless default allow { essential off drop tcp drop gre }');
  expect(ruleset).not.toContain('l4proto 0-255');
});

test('a filter that drops what belongs to no flow leads none of them to its rules about flows', () => {
  const filter = (rules: string) => `filter forward default drop { essential off ${rules} }`;
  expect(artifactOf(filter('allow not tcp'))).not.toContain('l4proto 0-255');
  const each = rulesOf(artifactOf(filter('each packet drop not tcp allow udp')), 'filter_forward');
  expect(each.slice(0, 3)).toEqual([leads, 'drop', 'ct state invalid drop']);
  const exempt = artifactOf(`raw { notrack from 2001:db8::/32 } ${filter('allow not tcp')}`);
  expect(rulesOf(exempt, 'filter_forward').slice(0, 3)).toEqual([leads, 'ct state invalid drop', 'accept']);
});
