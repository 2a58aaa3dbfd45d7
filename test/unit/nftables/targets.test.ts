/** A target binds zones to the interfaces of its own host. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

test("rules, ingress devices and counters speak of the target's interfaces", () => {
  const ruleset = artifactOf(`
zone uplink = eth0
zone inside = eth1
let net = 10.0.0.0/8
mitigate in uplink { drop udp from any port 11211 }
filter forward default drop { allow in inside out uplink }
count { traffic host net as net }
target core { zone uplink = bond4  nftables }`);
  expect(partOf(ruleset, 'chain mitigate')[0]).toBe(
    'type filter hook ingress device "bond4" priority -500; policy accept;',
  );
  expect(partOf(ruleset, 'chain filter_forward').at(-1)).toBe('iifname "eth1" oifname "bond4" accept');
  expect(ruleset).not.toContain('eth0');
  expect(partOf(ruleset, 'chain count_postrouting').slice(1)).toEqual([
    'ip saddr 10.0.0.0/8 counter name "net_sent"',
    'ip daddr 10.0.0.0/8 counter name "net_received"',
  ]);
});
