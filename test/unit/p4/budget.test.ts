/** A NIC with room for some of the rules gets the first of them. */
import { expect, it } from 'vitest';
import { fitting } from '../../../backends/p4/lower/budget.ts';
import type { RuleListOf } from '../../../backends/p4/lower/encode-rules.ts';
import type { ListedRule } from '../../../backends/p4/lower/list.ts';
import { roomFor } from '../../../backends/p4/lower/room.ts';
import { NICS, type NicDescription, type NicLimits } from '../../../backends/p4/targets/index.ts';
import type { RuleListName } from '../../../backends/p4/tree.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { origin } from '../../builders/policy.ts';

const rules = Array.from({ length: 20 }, (_, number): ListedRule => ({
  rule: { origin: origin(`rule ${number}`), action: 'drop', why: undefined },
  action: 'drop',
  tests: [{ field: 'protocol', set: IntervalSet.of(8, number), negated: false, name: undefined }],
}));

const nic = NICS[0]!;
const ROOM = roomFor(nic, []);

function listOf(some: readonly ListedRule[], list: RuleListName = 'mitigate'): RuleListOf {
  return { list, family: 4, rules: some };
}

it('takes all rules where there is room', () => {
  const { tables, diagnostics } = fitting(listOf(rules), nic, ROOM);
  expect(tables?.rules.entries).toHaveLength(20);
  expect(diagnostics).toEqual([]);
});

it('takes the first rules where there is not, and says from which on the host decides', () => {
  const small = { ...nic, limits: { ...nic.limits, entriesPerTable: 8 } };
  const { tables, diagnostics } = fitting(listOf(rules), small, ROOM);
  expect(tables?.rules.entries.map((entry) => entry.rule.origin.name)).toEqual(
    Array.from({ length: 7 }, (_, number) => `rule ${number}`),
  );
  expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
    ['SL1503', 'the NIC takes 7 of 20 rules for IPv4: all would need 20 entries of 8 bits, 160 bits of tables'],
  ]);
});

it.each<[string, NicLimits, number]>([
  ['8 entries in a table', { entriesPerTable: 8 }, 7],
  ['4 bits of key in a table', { keyBitsPerTable: 4 }, 0],
  ['64 bits of tables in all, half of them for each family', { tcamBits: 64 }, 4],
  ['19 entries in all, half of them for each family', { entries: 19 }, 9],
  ['0 stages, one for each table', { stages: 0 }, 0],
])('says which bound is too narrow: %s', (bound, limits, taken) => {
  const small = { ...nic, limits };
  const { tables, diagnostics } = fitting(listOf(rules), small, roomFor(small, []));
  expect(tables?.rules.entries.length ?? 0).toBe(taken);
  expect(diagnostics.map(({ hint }) => hint)).toEqual([
    `\`bmv2\` has ${bound}. From this rule on the host decides: put the rules that drop most first.`,
  ]);
});

it('takes from the room what tables for packets of both families need', () => {
  const small = { ...nic, limits: { entries: 30, stages: 3 } };
  expect(roomFor(small, [4, 6])).toEqual({ bits: Infinity, entries: 10, stages: 1 });
});

it('takes the cheapest encoding that there is room for', () => {
  // Two entries under masks, and 128 prefixes, in all rules.
  const every = (first: number) => Array.from({ length: 64 }, (_, at) => [first + 2 * at, first + 2 * at] as const);
  const set = IntervalSet.fromIntervals(32, [...every(0x0a000000), ...every(0xc0a80001)]);
  const listed = Array.from({ length: 60 }, (_, number): ListedRule => ({
    ...rules[0]!,
    tests: [
      { field: 'source', set, negated: false, name: undefined },
      { field: 'protocol', set: IntervalSet.of(8, number), negated: false, name: undefined },
    ],
  }));
  const taken = (entriesPerTable: number) => {
    const small = { ...nic, limits: { ...nic.limits, entriesPerTable } };
    const { tables, diagnostics } = fitting(listOf(listed), small, ROOM);
    return [tables!.memberships.map(({ entries }) => entries.length), tables!.rules.entries.length, diagnostics.length];
  };
  expect(taken(256)).toEqual([[128], 60, 0]);
  // A table for 128 entries has one to spare.
  expect(taken(128)).toEqual([[], 120, 0]);
  expect(taken(64)).toEqual([[], 62, 1]);
});

it('says of which filter they are', () => {
  const { diagnostics } = fitting(listOf(rules, 'filter input'), nic, { ...ROOM, bits: 100 });
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'the NIC takes 12 of 20 rules of `filter input` for IPv4: all would need 20 entries of 8 bits, 160 bits of tables',
  ]);
});

it('takes none where not even one fits', () => {
  const none = { ...nic, limits: { ...nic.limits, keyBitsPerTable: 4 } };
  expect(fitting(listOf(rules), none, ROOM).tables).toBe(undefined);
});

/** Each rule asks of both ports a range of its own. */
function oddRules(count: number): readonly ListedRule[] {
  return Array.from({ length: count }, (_, at) => ({
    ...rules[0]!,
    tests: (['source port', 'destination port'] as const).map((field) => ({
      field,
      set: IntervalSet.fromIntervals(17, [[65_537 + at, 98_300 + 2 * at]]),
      negated: false,
      name: undefined,
    })),
  }));
}

const lookedUp = (some: readonly ListedRule[], one: NicDescription, left = ROOM) =>
  fitting(listOf(some), one, left).tables!.memberships.map(({ field }) => field);

it.each(NICS.slice(0, 2))(
  'looks up no more sets of a field than a table of $name can tell, nor a key can ask',
  (one) => {
    const odd = oddRules(130);
    expect(lookedUp(odd.slice(0, 64), one)).toContain('source port');
    expect(lookedUp(odd, one)).toEqual([]);
  },
);

it('looks sets up under masks, the longest first, where the NIC has no tables of longest prefixes', () => {
  const odd = oddRules(30);
  const small = { ...nic, limits: { entriesPerTable: 4096 } };
  const tablesOf = (one: NicDescription) => fitting(listOf(odd), one, ROOM).tables!.memberships;
  expect(tablesOf(small).map(({ match, width }) => [match, width])).toContainEqual(['lpm', 24]);
  const under = tablesOf({ ...small, matchKinds: ['exact', 'ternary'] });
  expect(under.map(({ match, width }) => [match, width])).toContainEqual(['ternary', 17]);
});

it('looks up fewer fields before where stages are few', () => {
  const odd = oddRules(30);
  const unbounded = { ...nic, limits: {} };
  const withStages = (stages: number) => lookedUp(odd, unbounded, { ...roomFor(unbounded, []), stages }).length;
  expect([1, 2, 3].map(withStages)).toEqual([0, 1, 2]);
});
