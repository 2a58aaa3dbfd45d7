/** Rows that are found by several fields, that overlap, or whose further cells a rule compares with. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const hosts = `zone uplink = uplink0
table hosts(address: ip key, mac: mac, proto: proto, port: port, ttl: u8, length: u32) = {
  (10.0.0.5, 02:00:5e:00:00:01, tcp, 80, 64, 100), (2001:db8::5, 02:00:5e:00:00:02, udp, 53, 255, 100)
}
`;
const forward = (rules: string) => artifactOf(`${hosts}filter forward default drop { essential off ${rules} }`);

test('are keyed by the fields that have no type of their own', () => {
  const ruleset = forward('each h in hosts { allow from h.address mac h.mac  allow from h.address length h.length }');
  expect(partOf(ruleset, 'set hosts_mac_address_ipv4').slice(0, 1)).toEqual(['type ether_addr . ipv4_addr']);
  expect(partOf(ruleset, 'set hosts_address_length_ipv6')).toEqual([
    'typeof ip6 saddr . ip6 length',
    'size 2',
    'elements = {',
    // The fixed header of IPv6 does not count.
    '2001:db8::5 . 60',
    '}',
  ]);
});

test('overlaps become one range where any row will do', () => {
  const table = `table shares(room: prefix4, proto: proto, ports: ports) = {
    (10.0.0.0/24, tcp, 22-80), (10.0.0.0/24, tcp, 53-443), (10.0.0.0/25, tcp, 1000), (10.0.0.0/24, udp, 53)
  }\n`;
  const ruleset = artifactOf(`${table}filter forward default drop { each s in shares { allow s.proto/s.ports } }`);
  const set = partOf(ruleset, 'set shares_proto_ports');
  expect(set.filter((line) => line.includes('tcp') || line.includes('udp'))).toEqual([
    'tcp . 22-443,',
    'tcp . 1000,',
    'udp . 53',
  ]);
  const both = `${table}filter forward default drop { each s in shares { allow to s.room s.proto/s.ports } }`;
  expect(refusalsOf(both).join()).toContain('overlap in destination and protocol and destination port');
});

test('further cells stand behind the key', () => {
  const ruleset = forward('each h in hosts { drop to h.address not in uplink not h.proto/h.port }');
  expect(partOf(ruleset, 'chain filter_forward').slice(-2)[0]).toMatch(
    /^iifname != "uplink0" ip daddr @hosts_address_ipv4 jump /,
  );
  const own = [...ruleset.matchAll(/chain (\S*drop_to_h_address_ipv4) /g)].map(([, name]) => name)[0]!;
  expect(partOf(ruleset, `chain ${own}`)).toEqual([
    'ip daddr . meta l4proto . th dport @hosts_address_proto_port_ipv4 return',
    'drop',
  ]);
});

test('what a lookup has tested need not be tested again', () => {
  const ruleset = forward('each h in hosts { reject with tcp-reset from h.address tcp/80 }');
  expect(partOf(ruleset, 'chain filter_forward').at(-1)).toBe(
    'tcp dport 80 ip6 saddr @hosts_address_ipv6 reject with tcp reset',
  );
});
