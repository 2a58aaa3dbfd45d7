/** Packets that rules of Programs may tell apart: at and beside the ends of the sets that stand in them. */
import type { Arbitrary } from 'fast-check';
import { everyRule } from '../../compiler/4-program/every-rule.ts';
import type { AtomTest, Program } from '../../compiler/4-program/program.ts';
import { columnOf, type Table } from '../../compiler/model/table.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { cellAddresses, cellNumbers } from '../../compiler/proof/bound-rows.ts';
import type { TrackedPacket } from '../oracles/stage-walk.ts';
import { packetsFrom } from './machine-packet.ts';

type Pools = Map<string, bigint[]>;

export function packetsForPrograms(programs: readonly Program[], tracked: boolean): Arbitrary<TrackedPacket> {
  const pools: Pools = new Map();
  for (const { stages } of programs) {
    for (const { atoms, effects } of stages.flatMap(({ implied, items }) => everyRule([...implied, ...items]))) {
      for (const atom of [...atoms, ...effects.flatMap(({ when }) => when.flat())]) addTest(atom.test, pools);
    }
  }
  const names = programs.flatMap(({ zones }) =>
    zones.flatMap(({ members }) => members.flatMap((one) => one.interface ?? [])),
  );
  return packetsFrom(pools, tracked, [...new Set(names), 'stray0']);
}

function addTest(test: AtomTest, pools: Pools): void {
  switch (test.kind) {
    case 'masked':
      add(test.field, 32, [[BigInt(test.value), BigInt(test.value)]], pools);
      return;
    case 'address':
      if (test.in instanceof IntervalSet) addSet(`${test.field}/${test.family}`, test.in, pools);
      else if (test.in.kind === 'masked') {
        add(`${test.field}/${test.family}`, 128, [[test.in.value, test.in.value]], pools);
      } else addCells(test.in.row.table, test.in.column, `${test.field}/${test.family}`, test.family, pools);
      return;
    case 'number':
      if (test.in instanceof IntervalSet) addNumbers(test.field, test.in, pools);
      else addCells(test.in.row.table, test.in.column, test.field, undefined, pools);
      return;
    case 'service cell':
      if (typeof test.protocol === 'number') {
        add('protocol', 8, [[BigInt(test.protocol), BigInt(test.protocol)]], pools);
      } else addCells(test.protocol.row.table, test.protocol.column, 'protocol', undefined, pools);
      if (test.port instanceof IntervalSet) addNumbers('destination port', test.port, pools);
      else addCells(test.port.row.table, test.port.column, 'destination port', undefined, pools);
      return;
    default:
  }
}

const ROWS = 12;

function addCells(table: Table, column: string, field: string, family: 4 | 6 | undefined, pools: Pools): void {
  const cell = { kind: 'cell', row: { name: 'row', table }, column } as const;
  const isAddress = columnOf(table, column)!.data.store.startsWith('prefix');
  for (let row = 0; row < Math.min(ROWS, table.rowCount); row++) {
    if (isAddress && family) addSet(field, cellAddresses(cell, row, family), pools);
    else if (!isAddress) addSet(field, cellNumbers(cell, row, 32), pools);
  }
}

function addNumbers(field: string, set: IntervalSet, pools: Pools): void {
  const parts = (shift: bigint, mask: bigint) =>
    [...set.bigintIntervals()].map(([low, high]) => [(low >> shift) & mask, (high >> shift) & mask] as const);
  if (field === 'service') {
    add('protocol', 8, parts(16n, 0xffn), pools);
    add('destination port', 16, parts(0n, 0xffffn), pools);
  } else if (field === 'icmp4' || field === 'icmp6') {
    add('icmp type', 8, parts(8n, 0xffn), pools);
    add('icmp code', 8, parts(0n, 0xffn), pools);
  } else addSet(field, set, pools);
}

function addSet(field: string, set: IntervalSet, pools: Pools): void {
  add(field, set.width, [...set.bigintIntervals()], pools);
}

/** Both ends, and what stands beside them; of long lists, a few here and there. */
function add(field: string, width: number, intervals: readonly (readonly [bigint, bigint])[], pools: Pools): void {
  const pool = pools.get(field) ?? [];
  pools.set(field, pool);
  const most = (1n << BigInt(width)) - 1n;
  const step = Math.max(1, Math.floor(intervals.length / 20));
  for (let at = 0; at < intervals.length; at += step) {
    const [low, high] = intervals[at]!;
    for (const value of [low - 1n, low, high, high + 1n]) pool.push(value & most);
  }
}
