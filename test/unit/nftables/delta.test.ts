/** How a delta changes sets: element by element, or as a whole where that is faster. */
import { expect, test } from 'vitest';
import { build, deltaText, type Built } from '../../builders/delta.ts';

/** A policy with so many prefixes of different lengths in a set; `more` is one of them. */
function policy(prefixes: number, more: string): string {
  const list = Array.from({ length: prefixes }, (_, at) => `11.${at >> 8}.${at & 255}.0/${25 + (at % 8)}`);
  return `let listed = { ${[...list, more].join(', ')} }
    filter forward default allow { drop from listed }`;
}

function between(before: string, after: string): Built {
  const first = build({ policy: before, files: {} });
  const second = first && build({ policy: after, files: {} }, first.former);
  if (!second) throw new Error('does not compile');
  return second;
}

test('a few intervals go and come by themselves', () => {
  const { outcome } = between(policy(100, '10.0.0.0/27'), policy(100, '10.0.1.0/27'));
  expect(deltaText(outcome)).toMatch(
    /^delete element inet sluice listed_ipv4 \{\n\t10\.0\.0\.0\/27\n\}\n\nadd element inet sluice listed_ipv4 \{\n\t10\.0\.1\.0\/27\n\}\n$/m,
  );
  expect(outcome).toMatchObject({ remarks: [] });
});

test('of many intervals, all are written', () => {
  const { outcome } = between(policy(10_000, '10.0.0.0/27'), policy(10_000, '10.0.1.0/27'));
  const text = deltaText(outcome);
  expect(text).toContain('flush set inet sluice listed_ipv4');
  expect(text).not.toContain('delete element');
  expect(text.match(/^\t1[01]\./gm)).toHaveLength(10_001);
  expect(outcome).toMatchObject({
    figures: { 'elements added': 1, 'elements removed': 1 },
    remarks: ['listed_ipv4: 10001 intervals, written as a whole, which takes as long as loading them'],
  });
});

test('an element that differs at the end of its line only, and one that moved', () => {
  const rows = (list: string): string => `table t(a: ipv4 key, b: ipv4) = { ${list} }
    zone uplink = uplink0
    nat { each r in t { snat from r.a out uplink -> r.b } }`;
  const { outcome } = between(
    rows('(10.0.0.1, 192.0.2.1), (10.0.0.2, 192.0.2.2), (10.0.0.3, 192.0.2.33)'),
    rows('(10.0.0.2, 192.0.2.2), (10.0.0.1, 192.0.2.1), (10.0.0.3, 192.0.2.3)'),
  );
  expect(deltaText(outcome)).toMatch(/delete element inet sluice t_a_b \{\n\t10\.0\.0\.3\n\}/);
  expect(outcome).toMatchObject({ figures: { 'elements added': 1, 'elements removed': 1 } });
});

test('sets that would be called alike keep their names when rows and lines come', () => {
  const counting = (
    rows: string,
    before = '',
  ): string => `${before}table rooms(id: u32 key, room: prefix4 key, floor: u32) = { ${rows} }
    count {
      each r in rooms where r.floor > 1 { traffic host r.room as r.id }
      each r in rooms where r.floor > 2 { traffic host r.room as r.id }
      each r in rooms where r.floor > 3 { traffic host r.room as r.floor }
    }`;
  const rows =
    '(1, 10.0.1.0/24, 2), (2, 10.0.2.0/24, 3), (3, 10.0.3.0/24, 4), (4, 10.0.4.0/24, 4), (5, 10.0.5.0/24, 2)';
  const later = counting(`${rows}, (6, 10.0.6.0/24, 5)`, '# one line more\n\n');
  const { outcome, ruleset } = between(counting(rows), later);
  expect(ruleset.match(/^\tset rooms_room_sent\w*/gm)!.length).toBeGreaterThan(3);
  expect(outcome).toMatchObject({
    figures: { 'sets added': 0, 'sets removed': 0, 'chains added': 0, 'chains removed': 0 },
    remarks: [],
  });
});
