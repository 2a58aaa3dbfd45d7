/** `mitigate` at ingress, where nft takes the data of later fragments for transport headers. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

const zones = 'zone uplink = uplink0\nzone inside = lan0\n';
const mitigate = (rules: string) => artifactOf(`${zones}mitigate in uplink { ${rules} }`);
const toLater = ['ip frag-off & 0x1fff != 0', 'frag frag-off != 0'];

test('where no rule asks for a transport header, fragments are packets like others', () => {
  expect(
    partOf(mitigate('drop from 192.0.2.0/24 drop udp where length > 1400'), 'chain mitigate').join(),
  ).not.toContain('frag-off');
});

test('where every rule asks for one, later fragments go on', () => {
  for (const clause of [
    'udp/53',
    'any port 53',
    'tcp flags syn',
    'icmp echo-request',
    'udp where payload[0] == 0x00',
  ]) {
    const text = clause.startsWith('any') ? `drop from ${clause} udp` : `drop ${clause}`;
    const lines = partOf(mitigate(text), 'chain mitigate');
    expect(lines.slice(1, 3), clause).toEqual(toLater.map((match) => `${match} accept`));
  }
});

test('later fragments meet the rules that can hold of them', () => {
  const ruleset = mitigate(`
    drop from 192.0.2.0/24 not udp/53
    drop udp/53 over 5000/second per destination
    drop from 198.51.100.0/24
    drop udp over 10/second per destination port
  `);
  expect(partOf(ruleset, 'chain mitigate').slice(1, 3)).toEqual(
    toLater.map((match) => `${match} goto mitigate_later_fragments`),
  );
  expect(partOf(ruleset, 'chain mitigate_later_fragments')).toEqual([
    'ip saddr 192.0.2.0/24 drop',
    'ip saddr 198.51.100.0/24 drop',
  ]);
});

test('a bucket that other rules share is charged by later fragments too, before a limit by ports turns them away', () => {
  const ruleset = mitigate(`
    drop udp up to 3/hour bucket all up to 2/hour per destination port
    drop tcp up to 3/hour bucket all
  `);
  expect(partOf(ruleset, 'chain mitigate_later_fragments')).toEqual([
    'meta l4proto udp limit name "limit_all"',
    'meta l4proto tcp limit name "limit_all" drop',
  ]);
});

test('both kinds of packets share counters, limits and memories', () => {
  const ruleset = artifactOf(`${zones}
    memory seen(address: ip, port: port) timeout 1h
    memory banned(address: ip) timeout 1h
    mitigate {
      drop from banned
      remember source, destination port in seen and count as asked
      remember source in banned from 192.0.2.0/24 over 10/second and count as many
      drop from 192.0.2.0/24 tcp/22
    }`);
  expect(partOf(ruleset, 'chain mitigate_later_fragments').join()).not.toContain('@seen');
  for (const name of ['counter asked', 'counter many', 'set banned_ipv4', 'set banned_ipv6']) {
    expect(ruleset.split(`\t${name} {`), name).toHaveLength(2);
  }
  expect(ruleset.match(/^\tlimit /gm)).toHaveLength(1);
  expect(ruleset.match(/counter name "many"/g)?.length).toBeGreaterThan(1);
  const names = [...ruleset.matchAll(/^\tchain (\w+)/gm)].map(([, name]) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('rows keep their sets, and each kind of packet its own chains', () => {
  const ruleset = artifactOf(`${zones}
    table users(room: prefix4 key, plan: enum(full, trial)) = { (10.0.0.5, full), (10.0.0.6, trial) }
    mitigate {
      each u in users where u.plan == full { drop from u.room tcp/22 drop from u.room where length > 1000 }
      each u in users where u.plan == trial { drop from u.room where length > 500 }
    }`);
  expect(partOf(ruleset, 'chain mitigate_later_fragments').join()).not.toContain('tcp');
  const names = [...ruleset.matchAll(/^\t(?:chain|set|map) (\w+)/gm)].map(([, name]) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('an atomic fragment of IPv6 is no fragment', () => {
  const atomic = 'frag frag-off 0 frag more-fragments 0 return';
  const any = mitigate('drop ipv6 fragment');
  expect(partOf(any, 'chain mitigate').at(-1)).toContain(' exthdr frag exists jump ');
  expect(partOf(any, 'chain mitigate_uplink_drop_ipv6_ipv6')).toEqual([atomic, 'drop']);
  const none = mitigate('drop ipv6 not fragment');
  expect(partOf(none, 'chain mitigate_uplink_drop_ipv6_ipv6')).toEqual([
    'frag frag-off != 0 return',
    'frag frag-off 0 frag more-fragments 1 return',
    'drop',
  ]);
  expect(partOf(mitigate('drop ipv6 fragment first'), 'chain mitigate').at(-1)).toBe(
    'meta nfproto ipv6 frag frag-off 0 frag more-fragments 1 drop',
  );
});
