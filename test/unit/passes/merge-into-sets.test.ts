/** What merges into sets, and what stands between. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

const filter = (...rules: readonly string[]) =>
  partOf(
    artifactOf(`filter forward stateless default drop { essential off ${rules.join('\n')} }`),
    'chain filter_forward',
  )
    .slice(1)
    .filter((line) => !line.includes('later_fragments'));

/** Rules that differ in two fields, so that none of them merges with another; and in one that no key is made of. */
const others = (count: number) =>
  Array.from({ length: count }, (_, at) => `allow from 192.168.${at}.0/24 to 172.16.${at}.0/24 ttl ${at + 1}`);

test('rules merge past others that no packet shares with them, or that decide the same', () => {
  const lines = filter(
    'allow from 10.0.0.1 tcp/22',
    'drop to 192.0.2.1 tcp/80',
    ...others(15),
    'allow from 10.0.0.9 tcp/22',
  );
  expect(lines[0]).toBe('ip saddr { 10.0.0.1, 10.0.0.9 } tcp dport 22 accept');
});

test('one rule between that meets the same packets and decides otherwise keeps them apart', () => {
  const lines = filter('allow from 10.0.0.1 tcp/22', 'drop to 192.0.2.1 tcp/22', 'allow from 10.0.0.9 tcp/22');
  expect(lines).toEqual([
    'ip saddr 10.0.0.1 tcp dport 22 accept',
    'ip daddr 192.0.2.1 tcp dport 22 drop',
    'ip saddr 10.0.0.9 tcp dport 22 accept',
  ]);
});

test('of the fields in which a rule may merge, the one that most rules share goes first', () => {
  const lines = filter(
    'allow from 10.0.0.1 tcp/22',
    'allow from 10.0.0.3 tcp/80',
    'allow from 10.0.0.1 tcp/80',
    'allow from 10.0.0.5 tcp/80',
  );
  expect(lines).toEqual([
    'ip saddr 10.0.0.1 tcp dport 22 accept',
    'ip saddr { 10.0.0.1, 10.0.0.3, 10.0.0.5 } tcp dport 80 accept',
  ]);
});

test('what has become alike in one field merges in another', () => {
  const lines = filter(...[1, 3].flatMap((host) => [22, 80].map((port) => `allow from 10.0.0.${host} tcp/${port}`)));
  expect(lines).toEqual(['ip saddr { 10.0.0.1, 10.0.0.3 } tcp dport { 22, 80 } accept']);
});

test('a rule does not move past one that writes the mark that it reads', () => {
  const lines = filter('allow from 10.0.0.1 mark is 1', 'mark set 1 mark is 2', 'allow from 10.0.0.9 mark is 1');
  expect(lines).toHaveLength(3);
});
