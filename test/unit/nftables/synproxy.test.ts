/** `synproxy`: asked before tracking, and again at the head of its filter. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const zones = 'zone uplink = uplink0\nzone dmz = dmz0\n';
const forward = (rules: string) => `${zones}filter forward default drop { essential off ${rules} }`;

test('its SYNs are not tracked, and are answered before anything invalid is dropped', () => {
  const ruleset = artifactOf(
    forward('drop from 192.0.2.9 synproxy with mss 1460, sack in uplink ipv4 tcp/80 allow in dmz'),
  );
  expect(partOf(ruleset, 'chain synproxy_prerouting')).toEqual([
    'type filter hook prerouting priority raw + 10; policy accept;',
    'tcp flags & (fin | syn | rst | ack) == syn fib daddr type != local jump synproxy_forward_exempt',
  ]);
  expect(partOf(ruleset, 'chain synproxy_forward_exempt')).toEqual([
    'ip saddr 192.0.2.9 return',
    'meta nfproto ipv4 iifname "uplink0" tcp dport 80 notrack',
  ]);
  expect(partOf(ruleset, 'chain filter_forward').slice(1, 5)).toEqual([
    'ct status confirmed accept',
    'ct state untracked tcp flags & (fin | syn | rst | ack) == syn jump synproxy_forward',
    'ct state invalid tcp flags & (fin | syn | rst | ack) == ack jump synproxy_forward',
    'ct state vmap { related : accept, invalid : drop }',
  ]);
  expect(partOf(ruleset, 'chain synproxy_forward').at(-1)).toBe(
    'meta nfproto ipv4 iifname "uplink0" tcp dport 80 synproxy mss 1460 sack-perm',
  );
});

test('the host must answer with cookies', () => {
  const settings = artifactOf(forward('synproxy ipv4 tcp/80'), 'host/sysctl.conf');
  for (const line of ['tcp_loose = 0', 'tcp_syncookies = 1', 'tcp_timestamps = 1']) expect(settings).toContain(line);
});

test('what cannot be asked twice is refused', () => {
  const refused = (rules: string, rest = '') => refusalsOf(`${forward(rules)}${rest}`).join('\n');
  expect(refused('synproxy tcp/80')).toContain('for IPv6, the synproxy of nftables drops');
  expect(refused('synproxy ipv4 out dmz tcp/80')).toContain('synproxy cannot depend on `out`');
  expect(refused('synproxy ipv4 tcp/80 up to 5/second')).toContain('synproxy under a limit would be charged twice');
  expect(refused('allow tcp/80 up to 5/second synproxy ipv4 tcp/80')).toContain(
    'cannot be asked before they are tracked',
  );
  expect(refused('synproxy ipv4 tcp/80', 'nat { dnat to 192.0.2.1 -> 192.0.2.2 }')).toContain(
    'may translate what this rule',
  );
  expect(refused('synproxy ipv4 in uplink tcp/80', 'nat { dnat in dmz to 192.0.2.1 -> 192.0.2.2 }')).toBe('');
});
