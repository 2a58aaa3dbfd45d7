/** Sets of prefixes of one length are looked up by their upper bits. */
import { expect, test } from 'vitest';
import { calibration } from '../../../backends/nftables/calibration.ts';
import { nftables } from '../../../backends/nftables/index.ts';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

const prefixes = (count: number, length: (at: number) => number) =>
  Array.from({ length: count }, (_, at) => `10.${at * 2}.0.0/${length(at)}`).join(', ');

const dropping = (list: string, rule = 'drop from listed') =>
  artifactOf(`let listed = { ${list} } filter forward stateless default allow { ${rule} }`);

const rulesOf = (ruleset: string) => partOf(ruleset, 'chain filter_forward').slice(1);

const elementsOf = (ruleset: string) => partOf(ruleset, 'set listed_ipv4').filter((line) => /^\d/.test(line));

test('one mask finds them all in a hash', () => {
  const ruleset = dropping(prefixes(20, () => 24));
  expect(rulesOf(ruleset)).toEqual(['ip saddr & 255.255.255.0 @listed_ipv4 drop']);
  expect(partOf(ruleset, 'set listed_ipv4')).not.toContain('flags interval');
  expect(elementsOf(ruleset).slice(0, 2)).toEqual(['10.0.0.0,', '10.2.0.0,']);
});

test('longer ones are cut up, where that makes few', () => {
  const ruleset = dropping(prefixes(20, (at) => (at === 3 ? 23 : 24)));
  expect(rulesOf(ruleset)).toEqual(['ip saddr & 255.255.255.0 @listed_ipv4 drop']);
  expect(elementsOf(ruleset)).toHaveLength(21);
});

test('so are those that must not match', () => {
  const ruleset = dropping(
    prefixes(20, () => 24),
    'drop ipv4 not to listed tcp',
  );
  expect(rulesOf(ruleset)).toEqual(['meta l4proto tcp ip daddr & 255.255.255.0 != @listed_ipv4 drop']);
});

test('prefixes of many lengths stay intervals, and a few stand in the rule', () => {
  expect(rulesOf(dropping(prefixes(20, (at) => 16 + (at % 9))))).toEqual(['ip saddr @listed_ipv4 drop']);
  expect(partOf(dropping(prefixes(20, (at) => 16 + (at % 9))), 'set listed_ipv4')).toContain('flags interval');
});

test('where a hash was measured to cost more, they stay intervals', () => {
  const prices = calibration.pricesOf({ ...calibration.constants, hash: 10_000 });
  const policy = `let listed = { ${prefixes(20, () => 24)} } filter forward stateless default allow { drop from listed }`;
  const ruleset = artifactOf(policy, undefined, {}, { planes: [{ ...nftables, prices }] });
  expect(rulesOf(ruleset)).toEqual(['ip saddr @listed_ipv4 drop']);
  expect(partOf(ruleset, 'set listed_ipv4')).toContain('flags interval');
});
