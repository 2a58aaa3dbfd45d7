/** Rules that no packet reaches, and rules that say what follows says anyway. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

/** What becomes of rules of IPv4, before a default. */
const filter = (otherwise: 'allow' | 'drop', ...rules: readonly string[]) =>
  partOf(
    artifactOf(`filter forward default ${otherwise} { essential off ${rules.join('\n')} }`),
    'chain filter_forward',
  ).slice(4);

test('a rule goes that several before it cover together', () => {
  const rules = ['allow from 10.0.0.0/25', 'reject from 10.0.0.128/25', 'allow to 192.0.2.1'];
  expect(filter('drop', ...rules, 'reject from 10.0.0.0/24 tcp/22')).toEqual(filter('drop', ...rules));
  expect(filter('drop', ...rules, 'reject from 10.0.0.0/23 tcp/22').at(-1)).toContain('tcp dport 22');
});

test('rules of a counter that nothing reaches go, and the counter stays', () => {
  const policy = 'filter forward default drop { allow tcp  allow tcp/22 and count as ssh  count as ssh udp }';
  const ruleset = artifactOf(policy);
  expect(ruleset).toContain('counter ssh');
  expect(ruleset).not.toContain('tcp dport 22');
});

test('what only some packets are let through to is covered by nothing else', () => {
  const limited = filter('drop', 'allow tcp/22 up to 5/second', 'allow tcp/22 from 10.0.0.1');
  expect(limited.at(-1)).toBe('ip saddr 10.0.0.1 tcp dport 22 accept');
});

test('a rule goes if what follows, or the default, decides the same', () => {
  expect(filter('drop', 'allow from 10.0.0.1', 'allow from 10.0.0.0/8', 'drop tcp/25')).toEqual([
    'ip saddr 10.0.0.0/8 accept',
  ]);
});

test('a rule stays if a packet of it would meet another decision, or another effect, first', () => {
  expect(filter('drop', 'drop tcp/25 from 10.0.0.1', 'allow tcp')).toHaveLength(2);
  expect(filter('drop', 'drop tcp/25 from 10.0.0.1', 'count as mail tcp/25')).toHaveLength(2);
  expect(filter('allow', 'drop tcp/25')).toHaveLength(1);
});

test('tests of a mark are not told apart where rules write it', () => {
  const rules = filter(
    'drop',
    'allow mark is 1 tcp',
    'mark set 1 udp',
    'allow mark is 1 tcp/22',
    'allow mark is 1 udp',
  );
  expect(rules).toHaveLength(4);
});
