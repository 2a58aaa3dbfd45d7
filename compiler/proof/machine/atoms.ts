/** Atoms of a Program as sets of packets; those that compare with cells of a row, for one row. */
import type { Atom, AtomTest } from '../../4-program/program.ts';
import type { Cell, RowVariable, View } from '../../model/condition.ts';
import { columnOf } from '../../model/table.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { readBigint } from '../../net/words.ts';
import { ALL, NOTHING, type Diagram } from '../diagrams.ts';
import { haveKey, isRemembered, keyOfFields } from './memories.ts';
import { NotCompared } from './not-compared.ts';
import type { StagePackets } from './stage-packets.ts';

const MINUTES_A_DAY = 1440;
const MINUTES_A_WEEK = 7 * MINUTES_A_DAY;

/** The rows at hand. */
export type Rows = ReadonlyMap<RowVariable, number>;

function atomSet({ test, negated }: Atom, packets: StagePackets, rows: Rows): Diagram {
  const set = testSet(test, packets, rows);
  return negated ? packets.diagrams.not(set) : set;
}

export function conjunction(atoms: readonly Atom[], packets: StagePackets, rows: Rows): Diagram {
  return atoms.reduce((all, atom) => packets.diagrams.when(atomSet(atom, packets, rows), all), ALL);
}

/** Whether the atom compares with a cell of the row. */
export function asksCell({ test }: Atom): boolean {
  if (test.kind === 'service cell') return true;
  return 'in' in test && typeof test.in === 'object' && 'kind' in test.in && test.in.kind === 'cell';
}

function testSet(test: AtomTest, packets: StagePackets, rows: Rows): Diagram {
  const { tests, diagrams } = packets;
  switch (test.kind) {
    case 'number':
      return numberSet(test, packets, rows);
    case 'masked':
      if (test.field === 'family' || test.field === 'service') throw new NotCompared(`a mask on \`${test.field}\``);
      return tests.numberMasked(test.field, test.value, test.mask);
    case 'address':
      return addressSet(test, packets, rows);
    case 'zone':
      return packets.zoneIn(test.field, test.zones);
    case 'service cell':
      return serviceSet(test, packets, rows);
    case 'until':
      return diagrams.inSet(tests.freeLevels('time', 64), IntervalSet.range(64, 0n, BigInt(test.seconds) - 1n));
    case 'during':
      return duringSet(test, packets);
    case 'memory': {
      const { memory, key } = test;
      return diagrams.when(haveKey(key, packets), isRemembered(memory, keyOfFields(key), packets));
    }
    default:
      throw new NotCompared(`a clause of \`${test.kind}\``);
  }
}

type TestOf<Kind extends AtomTest['kind']> = Extract<AtomTest, { kind: Kind }>;

/** Minute by minute of a week in UTC, each as the clock of the window has it. */
function duringSet(test: TestOf<'during'>, { tests, diagrams }: StagePackets): Diagram {
  const { days, fromMinute, toMinute, offsetMinutes } = test;
  const isOn = (weekday: number, minute: number): boolean => {
    const ofWeek = (weekday * MINUTES_A_DAY + minute + offsetMinutes + MINUTES_A_WEEK) % MINUTES_A_WEEK;
    const [day, own] = [Math.floor(ofWeek / MINUTES_A_DAY), ofWeek % MINUTES_A_DAY];
    if (fromMinute < toMinute) return own >= fromMinute && own < toMinute && days.includes(day);
    // What goes on past midnight is of the day that it began on.
    return own >= fromMinute ? days.includes(day) : own < toMinute && days.includes((day + 6) % 7);
  };
  return diagrams.firstOf(
    Array.from({ length: 7 }, (_day, weekday) => {
      const minutes = Array.from({ length: MINUTES_A_DAY }, (_minute, minute) => minute);
      const on = minutes.filter((minute) => isOn(weekday, minute));
      const seconds = IntervalSet.fromIntervals(
        32,
        on.map((minute) => [minute * 60, minute * 60 + 59]),
      );
      return diagrams.when(
        diagrams.inSet(tests.freeLevels('weekday', 8), IntervalSet.of(8, weekday)),
        diagrams.inSet(tests.freeLevels('time of day', 32), seconds),
      );
    }),
  );
}

/** In the header, addresses and ports are the ones that a stage speaks of; what tracking knows are others. */
export function viewOf(view: View | undefined): 'original' | 'real' {
  return view === 'original' ? 'original' : 'real';
}

function numberSet({ field, in: value, view }: TestOf<'number'>, packets: StagePackets, rows: Rows): Diagram {
  const { tests, lookups, diagrams } = packets;
  if (value instanceof IntervalSet) {
    const bits = () => tests.numberIn(field, value, viewOf(view));
    if (field !== 'mark' && field !== 'source mac') return bits();
    const key = { field, family: undefined, width: value.width };
    return diagrams.when(tests.present(field), lookups.inSet(key, value, bits));
  }
  if (field === 'service') throw new NotCompared('a service that is in a row');
  const set = cellSet(value, rows);
  if (set === undefined) return NOTHING;
  return numberSet({ kind: 'number', field, in: widened(field, set), view }, packets, rows);
}

/** The packets of the family whose address is in the set, which may be large. */
export function addressIn(
  { field, family, view }: Pick<TestOf<'address'>, 'field' | 'family' | 'view'>,
  set: IntervalSet,
  { tests, lookups }: StagePackets,
): Diagram {
  const seen = viewOf(view);
  return lookups.inSet({ field: `${field}/${seen}`, family, width: set.width }, set, () =>
    tests.addressIn(field, family, set, seen),
  );
}

function addressSet(test: TestOf<'address'>, packets: StagePackets, rows: Rows): Diagram {
  const { field, family, view, in: value } = test;
  const { tests } = packets;
  if (value instanceof IntervalSet) return addressIn(test, value, packets);
  if (value.kind === 'masked') {
    return tests.addressMasked(field, family, value.value & value.mask, value.mask, viewOf(view));
  }
  const set = addressCell(value, family, rows);
  return set === undefined ? NOTHING : addressIn(test, set, packets);
}

function serviceSet(test: TestOf<'service cell'>, { tests, diagrams }: StagePackets, rows: Rows): Diagram {
  const protocol = typeof test.protocol === 'number' ? IntervalSet.of(8, test.protocol) : cellSet(test.protocol, rows);
  const port = test.port instanceof IntervalSet ? test.port : cellSet(test.port, rows);
  if (protocol === undefined || port === undefined) return NOTHING;
  return diagrams.when(
    tests.numberIn('protocol', widened('protocol', protocol)),
    tests.numberIn('destination port', widened('destination port', port)),
  );
}

/** A cell's numbers; undefined where the row has none. */
function cellSet(cell: Cell, rows: Rows): IntervalSet | undefined {
  const { data, present } = columnOf(cell.row.table, cell.column)!;
  const row = rowOf(cell, rows);
  if (present !== undefined && present[row] === 0) return undefined;
  switch (data.store) {
    case 'integer':
      return IntervalSet.of(32, data.values[row]!);
    case 'wide integer':
      return IntervalSet.of(64, data.values[row]!);
    case 'range':
      return IntervalSet.range(32, data.low[row]!, data.high[row]!);
    default:
      throw new NotCompared(`a column of \`${data.store}\``);
  }
}

function addressCell(cell: Cell, family: 4 | 6, rows: Rows): IntervalSet | undefined {
  const { data, present } = columnOf(cell.row.table, cell.column)!;
  const row = rowOf(cell, rows);
  if (present !== undefined && present[row] === 0) return undefined;
  if (!('lengths' in data)) throw new NotCompared(`addresses in a column of \`${data.store}\``);
  const width = family === 4 ? 32 : 128;
  const own = data.store === 'prefix4' ? 4 : data.store === 'prefix6' ? 6 : data.families[row];
  if (own !== family) return undefined;
  const address = data.store === 'prefix4' ? BigInt(data.addresses[row]!) : readBigint(data.words, row, 4);
  const free = BigInt(width - data.lengths[row]!);
  const low = (address >> free) << free;
  return IntervalSet.range(width, low, low + (1n << free) - 1n);
}

function rowOf(cell: Cell, rows: Rows): number {
  const row = rows.get(cell.row);
  if (row === undefined) throw new NotCompared('a cell of a row that is not at hand');
  return row;
}

const WIDTHS: Readonly<Record<string, number>> = {
  protocol: 8,
  'source port': 16,
  'destination port': 16,
  'tcp flags': 8,
  icmp4: 16,
  icmp6: 16,
  length: 32,
  ttl: 8,
  dscp: 6,
  vlan: 12,
  'source mac': 48,
  mark: 32,
  state: 3,
  fragment: 2,
};

/** The same numbers as values of the field. */
function widened(field: string, set: IntervalSet): IntervalSet {
  const width = WIDTHS[field] ?? 32;
  const most = (1n << BigInt(width)) - 1n;
  const kept = [...set.bigintIntervals()].filter(([low]) => low <= most);
  return IntervalSet.fromIntervals(
    width,
    kept.map(([low, high]) => [low, high > most ? most : high]),
  );
}
