/** `reject`: reasons of both families. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const forward = (rule: string) => `filter forward default drop { essential off ${rule} }`;
const last = (rule: string) => partOf(artifactOf(forward(rule)), 'chain filter_forward').at(-1);

test('without a reason, as a closed port does', () => {
  expect(last('reject tcp/22')).toBe('tcp dport 22 reject with tcp reset');
  expect(last('reject udp/53')).toBe('udp dport 53 reject with icmpx type port-unreachable');
  expect(last('reject from 192.0.2.1')).toBe('ip saddr 192.0.2.1 goto refuse');
  expect(partOf(artifactOf(forward('reject')), 'chain refuse')).toEqual([
    'meta l4proto tcp reject with tcp reset',
    'reject with icmpx type port-unreachable',
  ]);
});

test('with a reason that one of the families lacks', () => {
  expect(last('reject with net-unreachable udp')).toBe('meta l4proto udp reject with icmpx type no-route');
  expect(last('reject with net-prohibited from 192.0.2.1')).toBe(
    'ip saddr 192.0.2.1 reject with icmp type net-prohibited',
  );
  expect(last('reject with protocol-unreachable from 2001:db8::1')).toBe(
    'ip6 saddr 2001:db8::1 reject with icmpv6 type port-unreachable',
  );
  const both = artifactOf(forward('reject with host-prohibited udp'));
  expect(partOf(both, 'chain refuse_host_prohibited')).toEqual([
    'meta nfproto ipv4 reject with icmp type host-prohibited',
    'meta nfproto ipv6 reject with icmpv6 type admin-prohibited',
  ]);
});

test('only TCP is reset', () => {
  expect(last('reject with tcp-reset tcp')).toBe('meta l4proto tcp reject with tcp reset');
  expect(refusalsOf(forward('reject with tcp-reset udp'))).toHaveLength(1);
});
