/** `--keep-counters`: which counters there are, what they are called, and where they count. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

const counted = (policy: string) => artifactOf(policy, undefined, {}, { keepCounters: true });

/** The names of the counters, without those of `std.essential`. */
const countersOf = (policy: string) => [...counted(policy).matchAll(/^\tcounter (\S+) \{/gm)].map(([, name]) => name!);

const stateless = (...rules: readonly string[]) =>
  `filter forward stateless default drop { essential off\n${rules.join('\n')} }`;

/** A chain's lines of policy rules, without their comments. */
const linesOf = (ruleset: string, chain: string) =>
  partOf(ruleset, `chain ${chain}`)
    .filter((line) => line.includes('counter'))
    .map((line) => line.replace(/ comment .*/, ''));

test('each rule has a counter that is called as the rule is, and counts before what the rule does', () => {
  const ruleset = counted(stateless('drop from 10.0.0.1', 'log "web" tcp/80', 'allow tcp/80, tcp/443'));
  expect(linesOf(ruleset, 'filter_forward')).toEqual([
    'ip saddr 10.0.0.1 counter name "filter_forward_drop_from_10_0_0_1" drop',
    'tcp dport 80 counter name "filter_forward_log_tcp_80" log prefix "web " level warn',
    'tcp dport { 80, 443 } counter name "filter_forward_allow_tcp_80_tcp_443" accept',
  ]);
});

test('a counter says in the kernel which rule it is of, and in the file where that stands', () => {
  const ruleset = counted(stateless('drop from 10.0.0.1'));
  const at = ruleset.indexOf('\tcounter filter_forward_drop_from_10_0_0_1 {');
  expect(ruleset.slice(0, at).split('\n').at(-2)).toBe('\t# test.sluice:2: drop from 10.0.0.1');
  expect(partOf(ruleset, 'counter filter_forward_drop_from_10_0_0_1')).toEqual([
    'comment "filter forward/drop-from-10.0.0.1"',
  ]);
});

test('rules that would be one stay as many as they have counters', () => {
  const rules = ['allow from 10.0.0.1', 'allow from 10.0.0.3', 'allow from 10.0.0.1 tcp/22'];
  expect(artifactOf(stateless(...rules))).toContain('ip saddr { 10.0.0.1, 10.0.0.3 } accept');
  const ruleset = counted(stateless(...rules));
  expect(linesOf(ruleset, 'filter_forward')).toHaveLength(2);
  // No packet comes to the third rule: its counter is there, and stays at nothing.
  expect(countersOf(stateless(...rules))).toHaveLength(3);
});

test('a long list of them is a lookup all the same', () => {
  const rules = Array.from({ length: 200 }, (_, at) => `allow from 10.0.${at}.0/24`);
  expect(linesOf(counted(stateless(...rules)), 'filter_forward')).toEqual([]);
});

test('rules that decide and count the same, by the policy itself, are one', () => {
  const rules = ['allow from 10.0.0.1 and count as web', 'allow from 10.0.0.3 and count as web'];
  expect(linesOf(artifactOf(stateless(...rules)), 'filter_forward')).toEqual([
    'ip saddr { 10.0.0.1, 10.0.0.3 } counter name "web" accept',
  ]);
});

test('what does nothing but count has no other counter', () => {
  expect(countersOf(`${stateless('count as web tcp/80')} count { traffic from 10.0.0.0/8 as lan }`)).toEqual([
    'web',
    'lan_sent',
  ]);
});

test('a rule of the same name as a counter of the policy gets another', () => {
  const names = countersOf(stateless('drop tcp/80', 'count as "filter forward/drop-tcp-80" udp'));
  expect(names).toEqual(['filter_forward_drop_tcp_80_2', 'filter_forward_drop_tcp_80']);
});

test('rules of a group have a counter for each use', () => {
  const policy = `group web(hosts) { allow to hosts tcp/80 }
    ${stateless('use web({10.0.0.1})', 'use web({10.0.0.2})')}`;
  expect(new Set(countersOf(policy)).size).toBe(2);
});

test('a rule for each row has one counter for all of them, whichever of several rows is found', () => {
  const table = 'table rooms(room: prefix4, public: ipv4) = { (10.0.0.0/24, 192.0.2.1), (10.0.0.0/16, 192.0.2.2) }';
  const ruleset = counted(`${table} ${stateless('each r in rooms { allow host r.room }')}`);
  const lines = linesOf(ruleset, 'filter_forward').map((line) => line.replace(/@\S+/, '@rooms'));
  expect(lines).toEqual([
    'ip saddr @rooms counter name "filter_forward_each_rooms_allow_host_r_room" accept',
    'ip daddr @rooms counter name "filter_forward_each_rooms_allow_host_r_room" accept',
  ]);
});

test('translations count, too', () => {
  const ruleset = counted('zone uplink = "eth0"\nnat { masquerade out uplink from 10.0.0.0/8 }');
  expect(linesOf(ruleset, 'nat_postrouting')).toEqual([
    'oifname "eth0" ip saddr 10.0.0.0/8 counter name "nat_masquerade_out_uplink_from_10_0_0_0_8" masquerade',
  ]);
});

test('counters of rules that are there in both builds go on behind a delta', () => {
  const names = (rules: readonly string[]) => countersOf(stateless(...rules));
  const before = names(['drop from 10.0.0.1', 'allow tcp/80']);
  expect(names(['allow udp/53', 'drop from 10.0.0.1', 'allow tcp/80'])).toEqual([
    'filter_forward_allow_udp_53',
    ...before,
  ]);
});
