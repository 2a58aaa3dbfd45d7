/** Chains, names, and the policy's own words of nft: nothing stands twice, and nothing is moved. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const headings = (ruleset: string) =>
  [...ruleset.matchAll(/^\t((?:chain|set|map|counter|limit) \S+) \{$/gm)].map(([, head]) => head);

test('a block with two hooks has its chains once for each', () => {
  const ruleset = artifactOf(`table hosts(address: ipv4 key) = { (10.0.0.1), (10.0.0.2) }
    raw { each h in hosts { count as a to h.address tcp  count as b to h.address udp } }`);
  const all = headings(ruleset);
  expect(new Set(all).size).toBe(all.length);
  expect(all.filter((head) => head?.startsWith('chain raw_hosts'))).toEqual([
    'chain raw_hosts_rows_ipv4',
    'chain raw_hosts_rows_ipv4_output',
  ]);
});

test('names that read alike, and words of nft, become names of their own', () => {
  const ruleset = artifactOf(`memory "a b"(who: ipv4)
    memory a_b(who: ipv4)
    memory rule(who: ipv4)
    filter forward default drop {
      remember source in "a b" tcp/1
      remember source in a_b tcp/2
      remember source in rule tcp/3
      count as "handle"
      count as "a counter"
      count as a_counter
    }`);
  expect(headings(ruleset).filter((head) => !head?.startsWith('chain'))).toEqual([
    'counter handle_',
    'counter a_counter',
    'counter a_counter_filter_forward',
    'set a_b',
    'set a_b_filter_forward',
    'set rule_',
  ]);
  // Nothing is written for packets that the memory has no place for.
  expect(partOf(ruleset, 'chain filter_forward').filter((line) => line.includes('ipv6'))).toEqual([]);
});

test("nft's own words are neither moved, nor merged, nor copied", () => {
  const words = (rules: string) =>
    partOf(
      artifactOf(`table t(a: ipv4 key, b: bool) = { (10.0.0.1, true), (10.0.0.2, false) }
      filter forward default drop { essential off ${rules} }`),
      'chain filter_forward',
    ).slice(4);
  const limit = 'opaque nftables "limit rate 3/second"';
  expect(words(`allow tcp/80 allow ${limit} tcp/443 allow tcp/443`)).toEqual([
    'tcp dport 80 accept',
    'tcp dport 443 limit rate 3/second accept',
    'tcp dport 443 accept',
  ]);
  const rows = words(`each r in t { allow to r.a ${limit} } each r in t where r.b == true { drop to r.a tcp/22 }`);
  expect(rows[0]).toBe('ip daddr @t_a limit rate 3/second accept');
  expect(rows).toHaveLength(2);
  const many = Array.from({ length: 30 }, (_, port) => `${port % 2 ? 'allow' : 'drop'} tcp/${port + 1}`).join(' ');
  expect(words(`${many} allow ${limit} tcp/1-31`).at(-1)).toBe('tcp dport 1-31 limit rate 3/second accept');
});

test('whether a memory is full cannot be asked', () => {
  const policy = 'memory m(who: ip) when full match\nfilter forward default drop { allow from m }';
  expect(refusalsOf(policy).join()).toContain('cannot tell whether `m` is full');
});

test('fields that are equal are looked up byte by byte', () => {
  const ruleset = artifactOf('filter forward default drop { essential off allow ipv4 where source == destination }');
  expect(partOf(ruleset, 'chain filter_forward').at(-1)).toBe(
    `meta nfproto ipv4 ${['255.0.0.0', '0.255.0.0', '0.0.255.0', '0.0.0.255']
      .map((mask) => `ip saddr & ${mask} . ip daddr & ${mask} @equal_ipv4_addr`)
      .join(' ')} accept`,
  );
  expect(partOf(ruleset, 'add element inet sluice equal_ipv4_addr')).toHaveLength(1 + 4 * 255);
});

test('later fragments leave first where nothing puts them together', () => {
  const chain = (policy: string) => partOf(artifactOf(policy), 'chain filter_forward');
  const stateless = 'filter forward stateless default drop { essential off allow tcp/80  allow from 10.0.0.1, ::1 }';
  expect(chain(stateless).slice(1, 3)).toEqual([
    'ip frag-off & 0x1fff != 0 goto filter_forward_later_fragments',
    'frag frag-off != 0 goto filter_forward_later_fragments',
  ]);
  expect(partOf(artifactOf(stateless), 'chain filter_forward_later_fragments')).toEqual([
    'ip saddr 10.0.0.1 accept',
    'ip6 saddr ::1 accept',
  ]);
  expect(chain(stateless.replace('allow tcp/80', 'allow tcp')).join()).not.toContain('goto');
  expect(chain(`${stateless} filter input { allow tcp }`).join()).not.toContain('goto');
});

test('what does not leave a group behind a limit of several lines goes on with the rules that follow', () => {
  const ruleset = artifactOf(`group checked() {
      leave udp up to 3/second where source port in { 53, 80 } or destination port in { 53, 90 }
      drop tcp/22
    }
    filter forward stateless default drop { essential off use checked() allow udp }`);
  const own = 'filter_forward_checked_leave_udp';
  expect(partOf(ruleset, 'chain filter_forward_checked').slice(1)).toEqual([
    `udp dport { 53, 90 } goto ${own}`,
    'goto filter_forward_checked_on',
  ]);
  expect(partOf(ruleset, `chain ${own}`)).toEqual([
    'meta l4proto { tcp, udp, dccp, sctp, udplite } th sport { 53, 80 } goto filter_forward_checked_on',
    'limit name "forward_checked_leave_udp" return',
    'goto filter_forward_checked_on',
  ]);
  expect(partOf(ruleset, 'chain filter_forward_checked_on')).toEqual(['tcp dport 22 drop']);
});

test('in `nat`, effects by themselves happen where the translations of their group are', () => {
  const ruleset = artifactOf(`zone uplink = uplink0
    group marked() { log "marked" }
    group inward() { use marked() log "inward" in uplink dnat in uplink tcp/80 -> 10.0.0.1 }
    group outward() { log "outward" out uplink masquerade out uplink and log "translated" }
    nat { use inward() use outward() }`);
  const chainOf = (prefix: string) =>
    ruleset.match(/chain nat_\w+ \{[^}]*\}/g)!.filter((chain) => chain.includes(`"${prefix} "`));
  for (const [prefix, walk] of [
    ['marked', /^chain nat_(prerouting|output)/],
    ['inward', /^chain nat_(prerouting|output)/],
    ['outward', /^chain nat_postrouting/],
    ['translated', /^chain nat_postrouting/],
  ] as const) {
    const chains = chainOf(prefix);
    expect(chains.length, prefix).toBeGreaterThan(0);
    for (const chain of chains) expect(chain).toMatch(walk);
  }
});

test('sets from which packets delete are cleaned often', () => {
  const linesOf = (rules: string, set = 'set seen', memory = 'memory seen(who: ipv4) timeout 1h') =>
    partOf(artifactOf(`${memory} filter forward default drop { ${rules} }`), set);
  const remembers = 'remember source in seen tcp/22 allow from seen';
  expect(linesOf(remembers)).not.toContain('gc-interval 100ms');
  expect(linesOf(`${remembers} forget source in seen tcp/443`)).toContain('gc-interval 100ms');
  // Those of a key's hits that are too old are deleted, whatever the policy says.
  expect(linesOf(remembers, 'set seen_hits', 'memory seen(who: ipv4) timeout 1h hits 3')).toContain(
    'gc-interval 100ms',
  );
});
