/** Where rules stand that a profile says many packets met. */
import { expect, test } from 'vitest';
import { checkPolicy } from '../../../compiler/check.ts';
import { hitsOf } from '../../../compiler/4-program/hits.ts';
import { artifactOf, inputsWith, partOf } from '../../builders/ruleset.ts';

const policyOf = (rules: readonly string[]) =>
  `filter forward stateless default drop { essential off\n${rules.join('\n')} }`;

/** The lines that a chain gets where packets met the rules so often. */
const filter = (rules: readonly (readonly [rule: string, packets: number])[]) =>
  partOf(
    artifactOf(
      policyOf(rules.map(([rule]) => rule)),
      undefined,
      {},
      {
        profile: { kind: 'by place', packets: rules.map(([, packets]) => packets) },
      },
    ),
    'chain filter_forward',
  )
    .slice(1)
    .filter((line) => !line.includes('later_fragments'))
    .map((line) => line.replace(/ comment .*/, ''));

test('the rule that most packets met is asked first', () => {
  const lines = filter([
    ['allow from 10.0.0.1 tcp/22', 3],
    ['allow to 192.0.2.1 udp/53', 0],
    ['allow from 10.0.0.9 tcp/80', 900],
  ]);
  expect(lines).toEqual([
    'ip saddr 10.0.0.9 tcp dport 80 accept',
    'ip saddr 10.0.0.1 tcp dport 22 accept',
    'ip daddr 192.0.2.1 udp dport 53 accept',
  ]);
});

test('it does not pass a rule that shares packets with it and does something else', () => {
  const lines = filter([
    ['allow to 192.0.2.1 udp/53', 0],
    ['drop from 10.0.0.0/8 tcp/80', 3],
    ['allow to 192.0.2.2 tcp/80', 2],
    ['allow to 192.0.2.3 tcp/443', 900],
  ]);
  expect(lines.indexOf('ip saddr 10.0.0.0/8 tcp dport 80 drop')).toBeLessThan(
    lines.indexOf('ip daddr 192.0.2.2 tcp dport 80 accept'),
  );
  expect(lines[0]).toBe('ip daddr 192.0.2.3 tcp dport 443 accept');
});

test('a rule that must come before it comes along', () => {
  const lines = filter([
    ['allow to 192.0.2.1 udp/53', 0],
    ['allow to 192.0.2.4 udp/123', 1],
    ['drop from 10.0.0.0/8 tcp/80', 0],
    ['allow to 192.0.2.2 tcp/80', 900],
  ]);
  expect(lines.slice(0, 2)).toEqual([
    'ip saddr 10.0.0.0/8 tcp dport 80 drop',
    'ip daddr 192.0.2.2 tcp dport 80 accept',
  ]);
});

test('a rule that decides nothing has nothing to win', () => {
  const lines = filter([
    ['allow to 192.0.2.1 udp/53', 5],
    ['count as web tcp/80', 900],
  ]);
  expect(lines[0]).toBe('ip daddr 192.0.2.1 udp dport 53 accept');
});

/** One of many rules of which no two do the same. */
const counted = (at: number) => `allow from 10.0.${at}.0/24 tcp/${1000 + at} and count as c${at}`;

test('before a long list that becomes lookups stands the one rule that nearly all packets meet', () => {
  const rules = Array.from({ length: 60 }, (_, at) => [counted(at), 1] as const);
  const lines = filter([...rules, ['allow from 192.0.2.0/24 udp/53 and count as hot', 100_000]]);
  expect(lines[0]).toBe('ip saddr 192.0.2.0/24 udp dport 53 counter name "hot" accept');
  expect(lines.at(-1)).toContain(' vmap @');
});

test('without one that stands out, none stands before it', () => {
  const rules = Array.from({ length: 60 }, (_, at) => [counted(at), 100] as const);
  expect(filter(rules)).toHaveLength(1);
});

const policy = checkPolicy(
  { path: 'test.sluice', text: policyOf(['allow tcp/80', 'drop udp', 'count as smtp tcp/25']) },
  inputsWith({}),
).policy!;

const found = (packets: Readonly<Record<string, number>>) => {
  const profile = { kind: 'by counter', file: 'counters.json', packets: new Map(Object.entries(packets)) } as const;
  const { hits, diagnostics } = hitsOf(policy, profile, 'test.sluice');
  return {
    hits: [...hits].map(([{ text }, count]) => `${text}: ${count}`),
    diagnostics: diagnostics.map(({ code, severity, message, hint }) => `${severity} ${code}: ${message} (${hint})`),
  };
};

test('rules are found by the names of their counters; counters of the policy itself say nothing of them', () => {
  expect(found({ filter_forward_allow_tcp_80: 7, filter_forward_drop_udp: 0, smtp: 5 })).toEqual({
    hits: ['allow tcp/80: 7'],
    diagnostics: [],
  });
});

test('SL0503: a counter of no rule is a warning, with what it may have been', () => {
  expect(found({ filter_forward_allow_tcp_80: 7, filter_forward_drop_upd: 9 })).toEqual({
    hits: ['allow tcp/80: 7'],
    diagnostics: [
      'warning SL0503: counters in counters.json that belong to no rule of this policy are left out: `filter_forward_drop_upd` (did you mean `filter_forward_drop_udp`?)',
    ],
  });
});

test('SL0502: a profile of which no counter fits is an error', () => {
  expect(found({ mitigate_drop: 7 }).diagnostics).toEqual([
    expect.stringMatching(/^error SL0502: none of the counters in counters.json belongs to a rule of this policy \(/),
  ]);
});
