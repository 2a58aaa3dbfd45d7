/** What leads from one build at XDP to the next one's: blocks of one table, or nothing. */
import { expect, test } from 'vitest';
import { compileForXdp, formerOf, type Compiled } from '../../kernel/xdp/build.ts';

interface Policy {
  readonly rules?: string;
  readonly lists?: readonly (readonly string[])[];
  readonly before?: string;
}

/** Hosts of a network of 16 bits: more ranges than a table without blocks has. */
const hosts = (network: string): string[] =>
  Array.from({ length: 200 }, (_, at) => `${network}.${at >> 6}.${(at & 63) * 2}`);

const LISTS = [hosts('10.1'), hosts('10.2')];

function built(
  { rules = 'drop from a  count as seen from b', lists = LISTS, before = '' }: Policy,
  earlier?: Policy,
): Compiled {
  const text = `${before}zone uplink = eth0 let a from "a.txt" let b from "b.txt"
    mitigate in uplink { ${rules} } target edge { xdp on eth0 }`;
  const files = Object.fromEntries(lists.map((list, at) => [`${'ab'[at]}.txt`, list.join('\n')]));
  const former = earlier && formerOf('earlier', built(earlier).artifacts);
  return compileForXdp(text, files, { build: former ? 'later' : 'earlier', ...(former && { former }) });
}

/** `changes.conf` without what it says of itself; where there is none, why. */
function changes(earlier: Policy, later: Policy): string[] | string {
  const { deltas } = built(later, earlier);
  const [outcome] = deltas;
  if (outcome?.kind !== 'delta') return outcome?.kind === 'none' ? outcome.why : 'no outcome';
  const [conf] = outcome.artifacts;
  const lines = Buffer.concat(conf!.content).toString().trim().split('\n');
  return lines.filter((line) => !line.startsWith('#'));
}

test('a block that has another range comes whole, and no other', () => {
  const lines = changes({}, { lists: [[...LISTS[0]!, '192.0.2.7', '192.0.3.0/24'], LISTS[1]!] });
  expect(lines).toEqual([
    'since earlier',
    'build later',
    'table source_ipv4',
    expect.stringMatching(/^block 192\.0\.0\.0\/16 0:(\d+) 519:(\d+) 520:\1 768:\2 1024:\1$/),
    'end',
  ]);
});

test('a prefix of many blocks is many blocks', () => {
  const lines = changes({}, { lists: [[...LISTS[0]!, '172.16.0.0/12'], LISTS[1]!] }) as string[];
  expect(lines.filter((line) => /^block 172\.(1[6-9]|2\d|3[01])\.0\.0\/16 0:1$/.test(line))).toHaveLength(16);
  expect(lines).toHaveLength(4 + 16);
});

test('where only words about the policy are others, there is nothing but a name to change', () => {
  expect(changes({}, { before: '# Another line.\n' })).toEqual(['since earlier', 'build later', 'end']);
});

test.each<readonly [string, Policy]>([
  ['a rule more', { rules: 'drop from a  count as seen from b  drop udp' }],
  ['another rule', { rules: 'drop from a  count as seen from b udp' }],
  ['another counter', { rules: 'drop from a  count as met from b' }],
  ['a list that comes first in a kind of row that was not there', { lists: [LISTS[0]!, [...LISTS[1]!, '10.1.0.0']] }],
  ['an address of IPv6 more', { lists: [[...LISTS[0]!, '2001:db8::1'], LISTS[1]!] }],
  ['a list that is so short that its table has no blocks', { lists: [['10.1.0.0'], ['10.2.0.0']] }],
])('the whole is replaced for %s', (_, later) => {
  expect(changes({}, later)).toMatch(/^more is another than lists of IPv4 addresses/);
});

test('no more is changed than there is room for', () => {
  const many = Array.from({ length: 9000 }, (_, at) => `10.${16 + (at >> 11)}.${(at >> 6) & 31}.${(at & 63) * 2}`);
  expect(changes({}, { lists: [[...LISTS[0]!, ...many.slice(0, 1000)], LISTS[1]!] })).toContain('end');
  expect(changes({}, { lists: [[...LISTS[0]!, ...many], LISTS[1]!] })).toMatch(/^more addresses are others than/);
});

test('two tables are not changed one after the other, for a packet would see that', () => {
  const rules = 'drop from a to b';
  const more = LISTS.map((list) => [...list, '192.0.2.7']);
  expect(changes({ rules }, { rules, lists: [more[0]!, LISTS[1]!] })).toHaveLength(5);
  expect(changes({ rules }, { rules, lists: more })).toMatch(/^two tables are others/);
});
