/** Limits and counts of connections: objects, dynamic sets, and elements with limits of their own. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const zones = 'zone uplink = uplink0\nzone inside = lan0, lan1\n';
const users = `table users(id: string, room: prefix4 key, room6: prefix6 key, speed: rate) = {
  ("ann", 10.0.0.0/24, 2001:db8:a::/64, 5/hour), ("bob", 10.0.1.0/24, 2001:db8:b::/64, 7/hour)
}\n`;
const forward = (rules: string) => `${zones}${users}filter forward default drop { essential off ${rules} }`;
const lastOf = (ruleset: string) => partOf(ruleset, 'chain filter_forward').at(-1);

test('a limit without a key is an object that all lines of a rule share', () => {
  const ruleset = artifactOf(forward('allow udp from 192.0.2.1, 2001:db8::1 up to 3/hour burst 4'));
  expect(partOf(ruleset, 'limit forward_allow_udp')).toEqual(['rate 3/hour burst 4 packets']);
  expect(partOf(ruleset, 'chain filter_forward').slice(-2)).toEqual([
    'meta l4proto udp ip saddr 192.0.2.1 limit name "forward_allow_udp" accept',
    'meta l4proto udp ip6 saddr 2001:db8::1 limit name "forward_allow_udp" accept',
  ]);
});

test('limits of one name are one object and one set, wherever they stand', () => {
  const log = 'log "refused" up to 3/minute bucket refusals';
  const ruleset = artifactOf(
    `${zones}group refuse() { ${log} drop tcp over 5/hour per source bucket openers drop }
     filter input default drop { essential off use refuse() }
     filter forward default drop { essential off use refuse() ${log} }`,
  );
  expect(ruleset.match(/^\tlimit .*/gm)).toEqual(['\tlimit limit_refusals {']);
  expect(ruleset.match(/limit name "limit_refusals"/g)).toHaveLength(3);
  expect(ruleset.match(/^\tset .*/gm)).toEqual(['\tset limit_openers_ipv4 {', '\tset limit_openers_ipv6 {']);
  expect(ruleset.match(/update @limit_openers_ipv4/g)).toHaveLength(2);
});

test('two limits are asked in the order written', () => {
  expect(lastOf(artifactOf(forward('allow udp up to 3/hour up to 10/minute per destination port')))).toBe(
    'meta l4proto udp limit name "forward_allow_udp" update @forward_allow_udp_2 { th dport limit rate 10/minute burst 5 packets } accept',
  );
});

test('a full table is a miss, or a line of its own', () => {
  const rule = 'tcp over 3/hour per destination port keys 100 when full';
  expect(lastOf(artifactOf(forward(`drop ${rule} miss`)))).toMatch(
    /^meta l4proto tcp update @forward_drop_tcp .* drop$/,
  );
  const matching = artifactOf(forward(`drop ${rule} match`));
  expect(partOf(matching, 'chain filter_forward_drop_tcp_limit')).toEqual([
    'update @forward_drop_tcp { th dport limit rate over 3/hour burst 5 packets } goto filter_forward_drop_tcp_limit_passed',
    'th dport != @forward_drop_tcp goto filter_forward_drop_tcp_limit_passed',
  ]);
  expect(partOf(matching, 'chain filter_forward_drop_tcp_limit_passed')).toEqual(['drop']);
  expect(partOf(matching, 'set forward_drop_tcp')).toContain('size 100');
});

test('zones of several interfaces have buckets of their own', () => {
  expect(partOf(artifactOf(forward('allow tcp up to 3/hour per in')), 'chain filter_forward_allow_tcp_limit')).toEqual([
    'iifname "uplink0" limit name "forward_allow_tcp_uplink" goto filter_forward_allow_tcp_limit_passed',
    'iifname { "lan0", "lan1" } limit name "forward_allow_tcp_inside" goto filter_forward_allow_tcp_limit_passed',
  ]);
});

test('a burst of bytes is what a unit of time brings, and more besides', () => {
  const limit = (rule: string) =>
    partOf(
      artifactOf(`mangle forward { mark set 1 ${rule} }`).replace(/limit mangle_\w+ \{/, 'limit m {'),
      'limit m',
    ).join();
  expect(limit('over 8kbit burst 10kB')).toBe('rate over 1000 bytes/second burst 9000 bytes');
  expect(limit('over 8kbit burst 1kB')).toBe('rate over 1000 bytes/second');
  expect(refusalsOf('mangle forward { mark set 1 over 8mbit burst 64KiB }').join()).toContain(
    'nftables lets 1000000 bytes a second come at once at least, and this limit 65536',
  );
});

test('rows have their buckets in the elements that find them', () => {
  const ruleset = artifactOf(forward('each u in users { allow tcp from u.room up to u.speed }'));
  const [set] = /users_room_limit_\w+/.exec(ruleset) ?? [''];
  expect(lastOf(ruleset)).toBe(`meta l4proto tcp ip saddr & 255.255.255.0 @${set} accept`);
  expect(partOf(ruleset, `set ${set}`)).toContain('10.0.1.0 limit rate 7/hour burst 5 packets');
});

test('a bucket that both families lead to is an object', () => {
  const ruleset = artifactOf(forward('each u in users { allow tcp from u.room, u.room6 up to 5/hour }'));
  expect(ruleset.match(/^\tlimit forward_each_users_\w+_(ann|bob) \{$/gm)).toHaveLength(2);
  expect(lastOf(ruleset)).toMatch(/tcp limit name ip6 saddr & ffff:ffff:ffff:ffff:: map @\w+ accept$/);
});

test('rates of rows with keys are chains by rate, with common buckets', () => {
  const ruleset = artifactOf(forward('each u in users { allow tcp from u.room up to u.speed per destination }'));
  const chains = ruleset.split('\n').filter((line) => line.includes('update @'));
  expect(chains.map((line) => line.replace(/.*(limit rate \S+) .*/, '$1'))).toEqual([
    'limit rate 5/hour',
    'limit rate 7/hour',
  ]);
  expect(chains[0]).toContain('{ ip saddr & 255.255.255.0 . ip daddr limit');
});

test('connections are counted where they begin', () => {
  expect(lastOf(artifactOf(forward('allow tcp up to 3 connections per source/24/64')))).toBe(
    'meta nfproto ipv6 meta l4proto tcp ct state new add @forward_allow_tcp_ipv6 { ip6 saddr & ffff:ffff:ffff:ffff:: ct count 3 } accept',
  );
});

test('a stateless filter counts the connections that packets belong to', () => {
  const rules = `filter forward stateless default drop { essential off allow tcp up to 3 connections per source/24/64 }`;
  expect(lastOf(artifactOf(`${zones}${users}${rules}`))).toBe(
    'meta nfproto ipv6 meta l4proto tcp ct state established,related,new add @forward_allow_tcp_ipv6 { ip6 saddr & ffff:ffff:ffff:ffff:: ct count 3 } accept',
  );
});
