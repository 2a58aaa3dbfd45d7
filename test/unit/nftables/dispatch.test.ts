/** `dispatch`: a chain for each socket, and routes for the addresses. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const target = 'target edge { socket web = 127.0.0.1:8080, [::1]:8081 socket dns = 192.0.2.53:53 nftables }\n';
const dispatch = (rules: string) => `zone uplink = uplink0\ndispatch { ${rules} }\n${target}`;

test('a rule goes to its socket, and nothing behind a missing socket is asked', () => {
  const ruleset = artifactOf(dispatch('tcp/80 to 192.0.2.0/24 -> socket web udp -> socket web'));
  expect(partOf(ruleset, 'chain dispatch_prerouting')).toEqual([
    'type filter hook prerouting priority dstnat + 5; policy accept;',
    'fib daddr type != local accept',
    'ip daddr 192.0.2.0/24 tcp dport 80 goto dispatch_web',
    'meta l4proto udp goto dispatch_web',
  ]);
  expect(partOf(ruleset, 'chain dispatch_web')).toEqual([
    'meta l4proto { tcp, udp } tproxy ip to 127.0.0.1:8080 accept',
    'meta l4proto { tcp, udp } tproxy ip6 to [::1]:8081 accept',
    'drop',
  ]);
});

test('addresses of rules and of rows are local by routes', () => {
  const table = 'table sites(prefix: prefix key) = { (198.51.100.0/25), (2001:db8:7::/48) }\n';
  const routes = artifactOf(
    table +
      dispatch('tcp to 192.0.2.0/24, 192.0.2.255 -> socket web each s in sites { tcp to s.prefix -> socket web }'),
    'host/routes.sh',
  );
  expect(routes).toContain("ipv4='192.0.2.0/24\n198.51.100.0/25'\nipv6='2001:db8:7::/48'\n");
  expect(() => artifactOf(dispatch('udp/53 -> socket web'), 'host/routes.sh')).toThrow('no host/routes.sh');
});

test('what has no place or no route is refused', () => {
  expect(refusalsOf(dispatch('udp/53 -> socket dns'))).toEqual([
    'udp/53 -> socket dns: target `edge` does not say where socket `dns` listens in IPv6',
  ]);
  expect(refusalsOf('dispatch { tcp/80 -> socket web }')).toEqual([
    'tcp/80 -> socket web: no target says where socket `web` listens',
  ]);
  expect(refusalsOf(dispatch('tcp to ::1:2/::ffff:ffff -> socket web')).join()).toContain('made local by routes');
});
