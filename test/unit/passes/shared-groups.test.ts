/** What becomes of the rules of a group that several uses share. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

const chains = (ruleset: string) => [...ruleset.matchAll(/^\tchain (\S+) \{$/gm)].map(([, name]) => name!);

const inFilter = (groups: string, ...items: readonly string[]) =>
  artifactOf(`${groups} filter forward default drop { essential off ${items.join('\n')} }`);

/** So many rules of which none merges with another. */
const logging = (count: number) =>
  Array.from({ length: count }, (_, at) => `drop from 192.168.${at}.0/24 to 172.16.${at}.0/24 and log "${at}"`);

test('a short group stands in place of each use', () => {
  const ruleset = inFilter('group few { allow tcp/22 drop tcp/23 }', 'use few()', 'allow from 10.0.0.0/8', 'use few()');
  expect(chains(ruleset).filter((name) => name.includes('few'))).toEqual([]);
});

test('a long group is one chain that all uses jump to', () => {
  const ruleset = inFilter(
    `group many { ${logging(60).join('\n')} }`,
    'use many()',
    'allow from 10.0.0.0/8',
    'use many()',
    'use many()',
  );
  expect(chains(ruleset).filter((name) => name.endsWith('many'))).toEqual(['filter_forward_many']);
  const jumps = partOf(ruleset, 'chain filter_forward').filter((line) => line === 'jump filter_forward_many');
  expect(jumps).toHaveLength(3);
});

test('a long group with one use stands in place', () => {
  const ruleset = inFilter(`group many { ${logging(60).join('\n')} }`, 'use many()');
  expect(chains(ruleset).filter((name) => name.includes('many'))).toEqual([]);
});

test('a group that something leaves is one chain, whichever groups use it', () => {
  const ruleset = inFilter(
    `group inner { leave tcp/80  drop from 10.0.0.0/8 }
     group one { leave udp  use inner() }
     group other { leave tcp/443  use inner() }`,
    'use one()',
    'use other()',
  );
  expect(chains(ruleset).filter((name) => name.includes('inner'))).toEqual(['filter_forward_one_inner']);
});

test('groups that use groups do not multiply', () => {
  const depth = 6;
  const uses = 5;
  const level = (at: number) =>
    `group level_${at} { leave from 192.0.2.${at} ${at + 1 < depth ? `use level_${at + 1}() `.repeat(uses) : 'drop tcp/22'} }`;
  const ruleset = inFilter(Array.from({ length: depth }, (_, at) => level(at)).join('\n'), 'use level_0()');
  expect(chains(ruleset).filter((name) => name.includes('level'))).toHaveLength(depth);
});

test('limits count for each use by itself, unless they name their bucket', () => {
  const limits = (bucket: string) => {
    const ruleset = inFilter(
      `group limited { leave udp allow tcp/22 up to 5/second ${bucket} }`,
      'use limited()',
      'allow from 10.0.0.0/8',
      'use limited()',
    );
    return [...ruleset.matchAll(/^\t\ttcp dport 22 .*limit/gm)].length;
  };
  expect([limits(''), limits('bucket ours')]).toEqual([2, 1]);
});

test('a rule at the end of a group that does what the default does stays where the group is used before', () => {
  const group = 'group shared { allow tcp/22  drop tcp }';
  const twice = inFilter(group, 'use shared()', 'allow from 10.0.0.0/8', 'use shared()');
  expect(twice).toContain('meta l4proto tcp drop');
});
