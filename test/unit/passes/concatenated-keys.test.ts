/** Which rules are looked up by several fields at once, and what keeps them out. */
import { describe, expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

const HEAD = 'filter forward stateless default drop { essential off';

const ruleset = (...rules: readonly string[]) => artifactOf(`${HEAD}\n${rules.join('\n')} }`);

/** The filter's own rules. */
const filterOf = (text: string) =>
  partOf(text, 'chain filter_forward')
    .slice(1)
    .filter((line) => !line.includes('later_fragments'));

/** Numbers from `first` on, as many as `count`. */
const numbers = (count: number, first = 1) => Array.from({ length: count }, (_, at) => at + first);

/** Rules that differ in their addresses, from 10.0.0.1 to 192.0.2.1 on. */
const pairs = (count: number, verdict = 'allow', clauses = 'tcp/22', first = 1) =>
  numbers(count, first).map((at) => `${verdict} from 10.0.0.${at} to 192.0.2.${at} ${clauses}`);

const SET = 'set filter_forward_from_to';
const MAP = 'add element inet sluice filter_forward_from_to';

test('rules that decide the same become a set, and what they all ask is tested before', () => {
  const text = ruleset(...pairs(9));
  expect(filterOf(text)).toEqual(['tcp dport 22 ip saddr . ip daddr @filter_forward_from_to accept']);
  expect(partOf(text, SET)).toContain('10.0.0.9 . 192.0.2.9');
});

test('rules that decide differently become a verdict map, and rules between join in', () => {
  const text = ruleset(...pairs(5), ...pairs(5, 'drop', 'tcp/22', 100), ...pairs(5, 'reject', 'tcp/22', 200));
  expect(filterOf(text)).toEqual(['tcp dport 22 ip saddr . ip daddr vmap @filter_forward_from_to']);
  expect(partOf(text, MAP)).toEqual(
    expect.arrayContaining([
      '10.0.0.5 . 192.0.2.5 : accept,',
      expect.stringMatching(/^10\.0\.0\.204 \. 192\.0\.2\.204 : jump filter_forward_reject\w+,?$/),
    ]),
  );
});

test('sets of few values are elements for each of them', () => {
  const rules = numbers(8).map(
    (at) => `allow from { 10.0.0.${at}, 10.0.1.${at} } to 192.0.2.${at} port { 22, 443 } tcp`,
  );
  const text = ruleset(...rules);
  const set = partOf(text, 'set filter_forward_from_to_dport');
  expect(set.filter((line) => line.startsWith('10.'))).toHaveLength(32);
});

describe('the first of two rules with one key stands', () => {
  test('whatever the second decides', () => {
    const again = pairs(2, 'reject');
    const text = ruleset(...pairs(9), ...again);
    expect(filterOf(text)).toEqual(['tcp dport 22 ip saddr . ip daddr @filter_forward_from_to accept']);
  });

  test('and of intervals, what the second has besides is left to it', () => {
    const nets = numbers(9).map(
      (at) => `allow from 10.0.${at}.0/${24 + (at % 3)} to 192.0.${at}.0-192.0.${at}.127 tcp/22`,
    );
    const wider = 'reject from 10.0.3.0/24 to 192.0.3.0/24 tcp/22';
    const text = ruleset(
      ...nets,
      wider,
      ...numbers(8, 20).map((at) => `reject from 10.0.${at}.0/${25 + (at % 3)} to 192.0.${at}.0/26 tcp/22`),
    );
    const elements = partOf(text, MAP);
    expect(elements).toContain('10.0.3.0/24 . 192.0.3.0/25 : accept,');
    expect(elements.join('\n')).toMatch(/10\.0\.3\.0\/24 \. 192\.0\.3\.128\/25 : jump/);
  });
});

describe('a rule that stands between and decides otherwise', () => {
  test('is asked after the lookup where no packet meets it and a rule behind it', () => {
    const text = ruleset(...pairs(5), 'reject from 172.16.0.0/12', ...pairs(5, 'allow', 'tcp/22', 100));
    expect(filterOf(text)[0]).toBe('tcp dport 22 ip saddr . ip daddr @filter_forward_from_to accept');
    expect(filterOf(text)[1]).toMatch(/^ip saddr 172\.16\.0\.0\/12 /);
  });

  test('keeps rules behind it behind it', () => {
    const text = ruleset('reject from 10.0.0.0/24 ttl 1', ...pairs(9));
    expect(filterOf(text)).toEqual([
      expect.stringMatching(/^ip saddr 10\.0\.0\.0\/24 ip ttl 1 /),
      'tcp dport 22 ip saddr . ip daddr @filter_forward_from_to accept',
    ]);
  });
});

test('rules that differ in what no key is made of are left alone', () => {
  const text = ruleset(...numbers(12).map((at) => `allow from 10.0.0.${at} to 192.0.2.${at} ttl ${at}`));
  expect(text).not.toContain('@filter_forward_from_to');
});

test('fewer rules than are worth a lookup stay a list', () => {
  expect(ruleset(...pairs(7))).not.toContain('@filter_forward');
});

test('marks of many pairs are looked up, a chain for each mark', () => {
  const rules = numbers(12).map((at) => `mark set ${at % 2} from 10.0.0.${at} to 192.0.2.${at} tcp/22`);
  const text = artifactOf(`mangle forward { ${rules.join('\n')} }`);
  expect(text).toContain('tcp dport 22 ip saddr . ip daddr vmap @mangle_forward_from_to');
  expect(text).toContain('meta mark set 0x1');
});

test('a protocol in the key finds packets of that protocol only, and no fragments', () => {
  const rules = numbers(10).map((at) => `allow ${at % 2 ? 'tcp' : 'udp'}/${at} from 10.0.0.${at} to 192.0.2.${at}`);
  const text = ruleset(...rules);
  expect(filterOf(text)).toEqual([
    'ip saddr . ip daddr . meta l4proto . th dport @filter_forward_from_to_protocol_dport accept',
  ]);
  expect(partOf(text, 'chain filter_forward_later_fragments')).toEqual([]);
});
