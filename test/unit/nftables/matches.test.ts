/** Clauses that nft can carry out here and there only, and its own words. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const zones = 'zone uplink = uplink0\nzone inside = lan0, lan1\n';
const input = (rules: string) => `${zones}filter input default drop { essential off ${rules} }`;
const last = (policy: string, chain: string) => partOf(artifactOf(policy), `chain ${chain}`).at(-1);

test('an address of the interface at hand', () => {
  expect(last(input('allow in uplink to address of uplink ipv4 tcp/22'), 'filter_input')).toBe(
    'meta nfproto ipv4 iifname "uplink0" tcp dport 22 fib daddr . iif type local accept',
  );
  const output = `${zones}filter output default drop { essential off allow out uplink ipv6 not from address of uplink }`;
  expect(last(output, 'filter_output')).toBe(
    'meta nfproto ipv6 oifname "uplink0" fib saddr . oif type != local accept',
  );
});

test('an address of another interface, or of one of several, is refused', () => {
  expect(refusalsOf(input('allow ipv4 to address of uplink')).join()).toContain('that a packet came in by only');
  expect(refusalsOf(input('allow ipv4 in inside to address of inside')).join()).toContain('has several');
});

test("nft's own words stand as they are, within their line", () => {
  expect(last(input('allow opaque nftables "ct zone 5" tcp/22'), 'filter_input')).toBe('tcp dport 22 ct zone 5 accept');
  expect(last(input('drop not opaque nftables "meta pkttype host"'), 'filter_input')).toMatch(/^jump /);
  for (const words of ['', 'accept; drop', 'meta mark 5 #', 'ip saddr { 10.0.0.1', 'accept }']) {
    expect(refusalsOf(input(`drop opaque nftables "${words}"`)).length, words).toBe(1);
  }
  expect(refusalsOf(input('drop opaque tc "flower"')).join()).toContain('binds the rule to another plane');
});

test('flags of TCP have their names', () => {
  const drop = (flags: string) =>
    last(`filter forward stateless default allow { drop tcp flags ${flags} }`, 'filter_forward');
  expect(drop('syn')).toBe('tcp flags & syn == syn drop');
  expect(drop('syn/syn+ack+fin+rst')).toBe('tcp flags & (fin | syn | rst | ack) == syn drop');
});

test('what holds for no packet makes no rule', () => {
  const policy = 'filter forward stateless default allow { drop gre, tcp/22 where source port == destination port }';
  const ruleset = artifactOf(policy);
  expect(ruleset).toContain('tcp dport 22');
  expect(ruleset).not.toContain('meta l4proto gre');
});
