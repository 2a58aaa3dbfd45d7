/** Entries as boxes, for finding those that may share packets: columns of numbers, for a table may have many rows. */
import { isWrittenByRules } from '../../6-plan/commute.ts';
import { boundsOf, PORT, SERVICE, type Sides } from '../../6-plan/overlaps/sides.ts';
import type { Atom, AtomTest, ProgramRule } from '../../4-program/program.ts';
import type { Cell } from '../../model/condition.ts';
import { prefixAt } from '../../model/cells.ts';
import { columnOf, type Table } from '../../model/table.ts';
import { cellsOf, isCell } from './bound-atoms.ts';
import type { Entries } from './entries.ts';

const PORTS = 65_536;

/** Low and high end of what a row asks along a side; undefined: no packet. */
type RowBound = (row: number) => readonly [low: number, high: number] | undefined;

interface RuleBounds {
  readonly fixed: readonly { readonly field: string; readonly low: number; readonly high: number }[];
  readonly rows: readonly { readonly field: string; readonly of: RowBound }[];
}

/** The sides by name, and the boxes of all entries. */
export interface EntryBoxes {
  readonly fields: ReadonlyMap<string, number>;
  readonly sides: Sides;
}

/** `zones`: their numbers by name. */
export function boxesOf(entries: Entries, zones: ReadonlyMap<string, number>): EntryBoxes {
  const numbers = new Map(zones);
  const bounds = entries.rules.map((rule) => boundsOfRule(rule, tableOf(rule), numbers));
  const fields = new Map<string, number>();
  for (const { fixed, rows } of bounds) {
    for (const { field } of [...fixed, ...rows]) if (!fields.has(field)) fields.set(field, fields.size);
  }
  const count = fields.size;
  const lows = new Float64Array(entries.count * count).fill(-Infinity);
  const highs = new Float64Array(entries.count * count).fill(Infinity);
  const narrow = (at: number, low: number, high: number): void => {
    lows[at] = Math.max(lows[at]!, low);
    highs[at] = Math.min(highs[at]!, high);
  };
  for (let entry = 0; entry < entries.count; entry++) {
    const { fixed, rows } = bounds[entries.ruleAt[entry]!]!;
    for (const { field, low, high } of fixed) narrow(entry * count + fields.get(field)!, low, high);
    for (const { field, of } of rows) {
      const [low, high] = of(entries.rowAt[entry]!) ?? NOTHING;
      narrow(entry * count + fields.get(field)!, low, high);
    }
  }
  return { fields, sides: { count, lows, highs, sizes: new Float64Array(0) } };
}

/** A box that meets none. */
const NOTHING = [Infinity, -Infinity] as const;

/** The table whose cells the rule asks; of rules of several rows none is taken, and their boxes are wider. */
function tableOf(rule: ProgramRule): Table | undefined {
  const tables = new Set(rule.atoms.flatMap(({ test }) => cellsOf(test).map((cell) => cell.row.table)));
  return tables.size === 1 ? [...tables][0] : undefined;
}

function boundsOfRule(rule: ProgramRule, table: Table | undefined, zones: Map<string, number>): RuleBounds {
  const rows = rule.atoms.flatMap(({ test, negated }) => (negated || !table ? [] : rowBoundsOf(test)));
  return { fixed: [...boundsOf(rule, zones), ...rule.atoms.flatMap(carrierBounds)], rows };
}

/** Protocols of which alone packets have a field. */
const CARRIERS: ReadonlyMap<string, number> = new Map([
  ['tcp flags', 6],
  ['icmp4', 1],
  ['icmp6', 58],
]);

/** Who asks for a field asks for its protocol. */
function carrierBounds({ test, negated }: Atom): RuleBounds['fixed'] {
  if (negated || (test.kind !== 'masked' && test.kind !== 'number')) return [];
  const protocol = CARRIERS.get(test.field);
  if (protocol === undefined) return [];
  return [{ field: SERVICE, low: protocol * PORTS, high: (protocol + 1) * PORTS - 1 }];
}

function rowBoundsOf(test: AtomTest): RuleBounds['rows'] {
  if (isWrittenByRules(test)) return [];
  if (test.kind === 'address' && isCell(test.in)) {
    return [{ field: `${test.field}/${test.view}/${test.family}`, of: addressBound(test.in, test.family) }];
  }
  if (test.kind === 'number' && isCell(test.in)) {
    const of = numberBound(test.in);
    const isProtocol = test.field === 'protocol' && (test.view ?? 'real') === 'real';
    if (!isProtocol) return [{ field: `${test.field}/${test.view ?? 'real'}`, of }];
    return [{ field: SERVICE, of: (row) => servicesOf(of(row), [0, PORTS - 1]) }];
  }
  if (test.kind !== 'service cell') return [];
  const { protocol, port } = test;
  const protocols: RowBound = isCell(protocol) ? numberBound(protocol) : () => [protocol, protocol];
  const ports: RowBound = isCell(port)
    ? numberBound(port)
    : () => (port.isEmpty() ? undefined : [Number(port.lowAt(0)), Number(port.highAt(port.intervalCount - 1))]);
  return [
    { field: SERVICE, of: (row) => servicesOf(protocols(row), ports(row)) },
    { field: PORT, of: ports },
  ];
}

function servicesOf(
  protocols: readonly [number, number] | undefined,
  ports: readonly [number, number] | undefined,
): readonly [number, number] | undefined {
  return protocols && ports && [protocols[0] * PORTS + ports[0], protocols[1] * PORTS + ports[1]];
}

function addressBound({ row: { table }, column: name }: Cell, family: 4 | 6): RowBound {
  const column = columnOf(table, name)!;
  const width = family === 4 ? 32 : 128;
  return (row) => {
    if (column.present?.[row] === 0) return undefined;
    const prefix = prefixAt(column, row);
    if (prefix?.family !== family) return undefined;
    const hosts = 1n << BigInt(width - prefix.length);
    const low = prefix.value - (prefix.value % hosts);
    // Rounding keeps the order of large values, here as in boxes of constants.
    return [Number(low), Number(low + hosts - 1n)];
  };
}

function numberBound({ row: { table }, column: name }: Cell): RowBound {
  const column = columnOf(table, name)!;
  const { data, present } = column;
  return (row) => {
    if (present?.[row] === 0) return undefined;
    switch (data.store) {
      case 'integer':
      case 'number':
        return [data.values[row]!, data.values[row]!];
      case 'wide integer':
        return [Number(data.values[row]!), Number(data.values[row]!)];
      case 'range':
        return [data.low[row]!, data.high[row]!];
      default:
        return [-Infinity, Infinity];
    }
  };
}
