/** The tables of XDP find the rules that a packet meets: the first that decides is the one that a walk of the list finds. */
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import { blocksOf, type Blocks } from '../../backends/ebpf/emit/blocks.ts';
import { Counters } from '../../backends/ebpf/lower/counters.ts';
import { fieldOfAtom, fieldTable } from '../../backends/ebpf/lower/field-table.ts';
import { Limiters } from '../../backends/ebpf/lower/limiters.ts';
import { listOf } from '../../backends/ebpf/lower/list.ts';
import { wordsFor } from '../../backends/ebpf/lower/row-bits.ts';
import type { FieldTable, ListedRule, Ranges } from '../../backends/ebpf/tree.ts';
import type { ProgramRule } from '../../compiler/4-program/program.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { crossedList, longList, packet, rules, ZONES } from '../arbitraries/program.ts';
import { stageOf } from '../builders/program.ts';
import { walkItems, type AbstractPacket } from '../oracles/plan-walk.ts';

/** Some atoms are negated, and what would be rejected is dropped: XDP rejects nothing. */
const lists = fastCheck
  .tuple(fastCheck.oneof(rules(90), longList, crossedList), fastCheck.infiniteStream(fastCheck.nat(4)))
  .map(([list, draws]) =>
    list.map((rule): ProgramRule => ({
      ...rule,
      atoms: rule.atoms.map((atom) => ({ ...atom, negated: draws.next().value === 0 })),
      decision: rule.decision && {
        kind: 'verdict',
        verdict: JSON.stringify(rule.decision).includes('allow') ? { kind: 'allow' } : { kind: 'drop' },
      },
    })),
  );

it('finds what a walk of the list finds', () => {
  let decided = 0;
  fastCheck.assert(
    fastCheck.property(lists, fastCheck.array(packet, { minLength: 20, maxLength: 40 }), (list, packets) => {
      const counters = new Counters();
      const stage = stageOf(list);
      const body = { kind: 'rules' as const, rules: list };
      const plan = { stage, eachPacket: { kind: 'sequence' as const, steps: [] }, body };
      const listed = listOf([plan], { counters, limiters: new Limiters(), zones: ZONES, zone: 1 });
      const tested = new Set(listed.flatMap(({ atoms }) => atoms.map(fieldOfAtom)));
      const tables = [...tested].map((field) => fieldTable(field, listed, 2 * wordsFor(listed.length), new Map()));
      for (const one of packets) {
        const found = walkTables(tables, listed, one, counters.names);
        const expected = walkItems(list, one);
        expect(found.counted.toSorted()).toEqual(expected.effects);
        expect(found.action).toBe(/allow|drop/.exec(expected.decision ?? '')?.[0]);
        if (found.action) decided++;
      }
    }),
  );
  expect(decided).toBeGreaterThan(0);
});

function walkTables(
  tables: readonly FieldTable[],
  list: readonly ListedRule[],
  one: AbstractPacket,
  counters: readonly string[],
): { readonly counted: string[]; readonly action: string | undefined } {
  const rows = tables.map((table) => table.rowBits[rowOf(table, one)]!);
  const counted: string[] = [];
  for (const [number, { counts, action }] of list.entries()) {
    if (!rows.every((row) => (row[number >> 5]! >>> (number & 31)) & 1)) continue;
    counted.push(...counts.map((counter) => counters[counter]!));
    if (action.kind !== 'on') return { counted, action: action.kind === 'pass' ? 'allow' : action.kind };
  }
  return { counted, action: undefined };
}

function rowOf(table: FieldTable, one: AbstractPacket): number {
  const { field, ranges, absentRow } = table;
  if (field === 'source' || field === 'destination') return rowIn(ranges[one.family === 4 ? 0 : 1]!, one[field]);
  const { protocol } = one.numbers;
  const port = one.numbers['destination port'];
  const service = port === undefined ? undefined : protocol! * 65_536 + port;
  const value = field === 'family' ? one.family : field === 'service' ? service : one.numbers[field];
  return value === undefined ? absentRow : rowIn(ranges[0]!, BigInt(value));
}

/** The row of the last range that begins at the value or below. */
function rowIn({ width, lows, rows }: Ranges, value: bigint): number {
  const stride = lows.length / rows.length;
  const starts = [...rows.keys()].map((at) =>
    [...lows.subarray(at * stride, (at + 1) * stride)].reduce((sum, word) => (sum << 32n) | BigInt(word), 0n),
  );
  expect(starts[0]).toBe(0n);
  expect(starts.every((start, at) => start < 1n << BigInt(width) && (at === 0 || start > starts[at - 1]!))).toBe(true);
  return rows[starts.findLastIndex((start) => start <= value)]!;
}

it('cuts addresses of IPv4 into blocks in which each has its row', () => {
  const sets = fastCheck.array(
    fastCheck.array(
      fastCheck.tuple(fastCheck.nat(0xffff_ffff), fastCheck.constantFrom(0, 1, 255, 65_535, 65_536, 0x00ff_ffff)),
      { minLength: 1, maxLength: 300 },
    ),
    { minLength: 1, maxLength: 3 },
  );
  fastCheck.assert(
    fastCheck.property(sets, fastCheck.array(fastCheck.nat(0xffff_ffff)), (drawn, others) => {
      const wanted = drawn.map((pairs) =>
        IntervalSet.fromIntervals(
          32,
          pairs.map(([low, more]) => [low, Math.min(0xffff_ffff, low + more)] as const),
        ),
      );
      const list = wanted.map((set): ListedRule => ({
        origin: stageOf([]).origin,
        atoms: [{ negated: false, test: { kind: 'address', field: 'source', view: 'real', family: 4, in: set } }],
        conditions: [],
        counts: [],
        action: { kind: 'drop' },
      }));
      const table = fieldTable('source', list, 2, new Map());
      const blocks = blocksOf(table.ranges[0]!);
      const edges = drawn.flat().flatMap(([low, more]) => [low, low + more, low - 1, low + more + 1]);
      for (const value of [0, 0xffff_ffff, ...edges, ...others].filter((one) => one >= 0 && one <= 0xffff_ffff)) {
        const row = table.rowBits[search(blocks, value)]![0]!;
        expect(row).toBe(wanted.reduce((bits, set, rule) => bits | (Number(set.contains(value)) << rule), 0));
      }
    }),
    { numRuns: 40 },
  );
});

/** As the program does. */
function search({ heads, entries }: Blocks, address: number): number {
  const head = heads[address >>> 16]!;
  let at = Number(head & 0xffff_ffffn);
  let left = Number(head >> 32n);
  while (left > 1) {
    const half = left >> 1;
    if (entries[at + half]! >>> 16 <= (address & 0xffff)) at += half;
    left -= half;
  }
  return entries[at]! & 0xffff;
}
