/** What rules ask of a frame, and values that are just that, or just not. */
import type { Atom, Program, ProgramItem, ProgramRule } from '../../../compiler/4-program/program.ts';
import type { Cell, RowVariable } from '../../../compiler/model/condition.ts';
import type { Zone } from '../../../compiler/model/index.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { cellPrefix, cellRange, type Rows } from '../../../compiler/model/cells.ts';
import type { Random } from '../../builders/classbench/packets.ts';

/** A frame as far as a rule asks for it; what is left out is anything. */
export interface Wish {
  family: 4 | 6;
  source?: bigint;
  destination?: bigint;
  in?: string;
  /** By field. */
  readonly numbers: Map<string, number>;
}

/** A rule, and the zones of its block. */
export interface PlacedRule {
  readonly rule: ProgramRule;
  readonly zones: readonly Zone[];
  /** The rows that it may be for. */
  readonly variables: readonly RowVariable[];
}

/** All rules of a program, those in groups and in rows among them. */
export function rulesOf({ stages, zones: all }: Program): PlacedRule[] {
  const within = (items: readonly ProgramItem[], zones: readonly Zone[], variables: RowVariable[]): PlacedRule[] =>
    items.flatMap((item) => {
      if (item.kind === 'rule') return [{ rule: item, zones, variables }];
      return within(item.items, zones, item.kind === 'each' ? [...variables, item.row] : variables);
    });
  return stages.flatMap(({ implied, items, zones }) => within([...implied, ...items], zones ?? all, []));
}

/** What meets most of a rule: the values of its sets, at times those just outside. */
export function wishFor({ rule, zones, variables }: PlacedRule, random: Random): Wish {
  const wish: Wish = { family: rule.family ?? (random(2) === 0 ? 4 : 6), numbers: new Map() };
  addZone(zones, wish, random);
  const rows = new Map([...variables].map((row) => [row, random(row.table.rowCount)]));
  for (const atom of rule.atoms) if (!atom.negated || random(4) === 0) addAtom(atom, wish, rows, random);
  return wish;
}

function addAtom({ test }: Atom, wish: Wish, rows: Rows, random: Random): void {
  switch (test.kind) {
    case 'zone':
      addZone(test.zones, wish, random);
      return;
    case 'address': {
      const { in: wanted, field } = test;
      if (wanted instanceof IntervalSet) wish[field] = BigInt(valueOf(wanted, random));
      else if (wanted.kind === 'masked') wish[field] = wanted.value;
      else {
        const prefix = cellPrefix(wanted, rows);
        if (prefix) wish[field] = prefix.value;
      }
      return;
    }
    case 'number':
      addNumber(test.field, numberIn(test.in, rows, random), wish);
      return;
    case 'service cell': {
      const { protocol, port } = test;
      addNumber('protocol', typeof protocol === 'number' ? protocol : numberIn(protocol, rows, random), wish);
      addNumber('destination port', numberIn(port, rows, random), wish);
      return;
    }
    case 'masked':
      addNumber(test.field, (test.value | (random(256) & ~test.mask)) >>> 0, wish);
      return;
    case 'same field':
      wish.numbers.set('same', 1);
      return;
    default:
  }
}

function addZone(zones: readonly Zone[], wish: Wish, random: Random): void {
  const members = zones.flatMap((zone) => zone.members);
  const member = members[random(members.length)];
  if (member?.interface === undefined) return;
  wish.in = member.interface;
  if (member.vlans) wish.numbers.set('vlan', Number(valueOf(member.vlans, random)));
}

function addNumber(field: string, value: number, { numbers }: Wish): void {
  if (field !== 'service') {
    numbers.set(field, value);
    return;
  }
  numbers.set('protocol', value >>> 16);
  numbers.set('destination port', value & 0xffff);
}

function numberIn(wanted: IntervalSet | Cell, rows: Rows, random: Random): number {
  return wanted instanceof IntervalSet ? Number(valueOf(wanted, random)) : (cellRange(wanted, rows)?.high ?? 0);
}

/** A value of a set, most often at an edge; now and then the one just outside. */
function valueOf(set: IntervalSet, random: Random): number | bigint {
  if (set.isEmpty()) return 0;
  const interval = random(set.intervalCount);
  const [low, high] = [BigInt(set.lowAt(interval)), BigInt(set.highAt(interval))];
  const most = (1n << BigInt(set.width)) - 1n;
  switch (random(20)) {
    case 0:
      return low === 0n ? low : low - 1n;
    case 1:
      return high === most ? high : high + 1n;
    case 2:
    case 3:
    case 4:
    case 5:
      return high;
    case 6:
    case 7:
    case 8:
      return low + ((high - low) * BigInt(random(1000))) / 1000n;
    default:
      return low;
  }
}
