/** The lookup that carries out the rules of a group: a table made of their boxes, a class for all that do the same. */
import type { Atom, Family, ProgramRule } from '../../4-program/program.ts';
import type { Column, RowVariable, Table } from '../../model/index.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { weightOfAll } from '../../cost/cost.ts';
import type { Value } from '../../net/words.ts';
import { integerColumn, portsColumn, prefixColumn } from '../made-tables.ts';
import type { Lookup, RowClass } from '../plan.ts';
import type { Element } from './elements.ts';
import { classKey } from './groups.ts';
import type { Interval, Part } from './key-boxes.ts';
import type { PlacedGroup } from './layers.ts';

/** One field of the key, and what each row has there. */
interface PartColumn {
  readonly part: Part;
  readonly intervals: readonly Interval[];
}

/**
 * The lookup of a group, of which `name` is what the table is called. A part in which all rows are alike is tested before it.
 * Undefined where fewer than two fields tell the rows apart: of one field, trees of lookups know more.
 */
export function lookupOf(
  { group, list, rules: numbers }: PlacedGroup,
  rules: readonly ProgramRule[],
  name: string,
): Lookup | undefined {
  const columns = group.parts.map((part, at): PartColumn => ({
    part,
    intervals: list.elements.map(({ box }) => box[at]!),
  }));
  const [common, varying] = [columns.filter(isConstant), columns.filter((column) => !isConstant(column))];
  if (new Set(varying.map(({ part }) => FIELDS[part])).size < 2) return undefined;
  const first = rules[numbers[0]!]!;
  const { family } = first;
  const table = tableOf(name, varying, first);
  const row: RowVariable = { name: 'row', table };
  return {
    kind: 'lookup',
    origin: first.origin,
    merged: numbers.slice(1).flatMap((number) => originsOf(rules[number]!)),
    row,
    family,
    guard: [...group.rest, ...guardOf(common, family)],
    key: varying.map(({ part }) => ({ field: part, view: 'real', column: COLUMNS[part] })),
    classes: classesOf(list.elements, rules),
  };
}

/** Protocol and destination port are one field of a policy, the service. */
const FIELDS: { readonly [Name in Part]: string } = {
  source: 'source',
  destination: 'destination',
  protocol: 'service',
  'source port': 'source port',
  'destination port': 'service',
};

/** What the policy calls the parts. */
const COLUMNS: { readonly [Name in Part]: string } = {
  source: 'from',
  destination: 'to',
  protocol: 'protocol',
  'source port': 'sport',
  'destination port': 'dport',
};

function isConstant({ intervals }: PartColumn): boolean {
  const [first] = intervals;
  return intervals.every(([low, high]) => low === first![0] && high === first![1]);
}

/** What all rows ask: a protocol and a port are a service. */
function guardOf(common: readonly PartColumn[], family: Family | undefined): Atom[] {
  const at = (part: Part) => common.find((column) => column.part === part)?.intervals[0];
  const [protocol, port] = [at('protocol'), at('destination port')];
  if (protocol && port) {
    const [low, high] = port.map((value) => Number(protocol[0]) * PORTS + Number(value)) as [number, number];
    const others = common.filter(({ part }) => FIELDS[part] !== 'service');
    return [...guardOf(others, family), numberIn('service', 24, [low, high])];
  }
  return common.map(({ part, intervals: [interval] }): Atom => {
    if (part === 'source' || part === 'destination') {
      if (family === undefined) throw new Error('addresses of no family');
      const set = IntervalSet.range(family === 4 ? 32 : 128, ...interval!);
      return { negated: false, test: { kind: 'address', field: part, view: 'real', family, in: set } };
    }
    return numberIn(part, part === 'protocol' ? 8 : 16, interval!);
  });
}

const PORTS = 2 ** 16;

function numberIn(field: Exclude<Part, 'source' | 'destination'> | 'service', width: number, interval: Interval): Atom {
  return { negated: false, test: { kind: 'number', field, in: IntervalSet.range(width, ...interval) } };
}

function tableOf(name: string, columns: readonly PartColumn[], { origin, family }: ProgramRule): Table {
  const rowCount = columns[0]!.intervals.length;
  return {
    name,
    rowCount,
    columns: columns.map((column) => columnOf(column, family, origin.span)),
    keys: [columns.map(({ part }) => COLUMNS[part])],
    path: undefined,
    lines: new Uint32Array(rowCount),
    span: origin.span,
  };
}

function columnOf({ part, intervals }: PartColumn, family: Family | undefined, span: Table['span']): Column {
  const name = COLUMNS[part];
  if (part === 'source' || part === 'destination') {
    if (family === undefined) throw new Error('addresses of no family');
    const lengths = Uint8Array.from(intervals, ([low, high]) => prefixLength(low, high));
    return prefixColumn(
      name,
      family,
      intervals.map(([low]) => low),
      lengths,
      span,
    );
  }
  const lows = Uint32Array.from(intervals, ([low]) => Number(low));
  if (part === 'protocol') return integerColumn(name, { kind: 'protocol' }, lows, span);
  const highs = Uint32Array.from(intervals, ([, high]) => Number(high));
  const isWhole = lows.every((low, row) => low === highs[row]);
  return isWhole ? integerColumn(name, { kind: 'port' }, lows, span) : portsColumn(name, lows, highs, span);
}

/** The length of the prefix that the interval is. */
function prefixLength(low: Value, high: Value): number {
  if (typeof low === 'number') return 32 - Math.log2(Number(high) - low + 1);
  const size = BigInt(high) - low + 1n;
  return 129 - size.toString(2).length;
}

/** Elements of rules that do the same are one class, in which the first of the rules stands for all. */
function classesOf(elements: readonly Element[], rules: readonly ProgramRule[]): RowClass[] {
  const classes = new Map<string, { rows: number[]; rules: Set<number> }>();
  for (const [row, { rule }] of elements.entries()) {
    const key = classKey(rules[rule]!);
    let own = classes.get(key);
    if (!own) classes.set(key, (own = { rows: [], rules: new Set() }));
    own.rows.push(row);
    own.rules.add(rule);
  }
  return [...classes.values()].map(({ rows, rules: numbers }) => {
    const all = [...numbers].map((number) => rules[number]!);
    const [first, ...others] = all;
    const merged = [...(first!.merged ?? []), ...others.flatMap(originsOf)];
    return { rows: Uint32Array.from(rows), rules: [{ ...first!, ...weightOfAll(all), merged, atoms: [] }] };
  });
}

function originsOf({ origin, merged = [] }: ProgramRule): ProgramRule['origin'][] {
  return [origin, ...merged];
}
