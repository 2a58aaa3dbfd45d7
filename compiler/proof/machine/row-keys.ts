/** Rows of a policy's table by their keys: which packets find one, and what of the row the key finds. */
import type { Atom, AtomTest, Family, ProgramRule } from '../../4-program/program.ts';
import type { Cell, RowVariable } from '../../model/condition.ts';
import { FIELD_WIDTHS } from '../../model/fields.ts';
import { columnOf, type Column } from '../../model/table.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { exactKey, prefixKey, rangeKey } from '../../net/key-column.ts';
import { ALL, type Diagram } from '../diagrams.ts';
import { asksCell, conjunction, viewOf, type Rows } from './atoms.ts';
import type { KeyPart, KeyRows } from './key-rows.ts';
import type { KeyField } from './looked-keys.ts';
import { NotCompared } from './not-compared.ts';
import type { StagePackets } from './stage-packets.ts';

/** Which fields of a packet are compared with which columns: addresses before other fields, as they stand in headers. */
export interface RowKey {
  readonly fields: readonly KeyField[];
  readonly columns: readonly Column[];
  /** What the rule asks besides, whatever the row. */
  readonly plain: Diagram;
}

const DESTINATION_PORT = 'destination port/real';

interface KeyCell {
  readonly field: KeyField;
  readonly cell: Cell;
}

/** How a rule finds its row; undefined: it asks for cells in another way than by equality. */
export function rowKeyOf(rule: ProgramRule, row: RowVariable, packets: StagePackets, outer: Rows): RowKey | undefined {
  const cells: KeyCell[] = [];
  let plain: Diagram = ALL;
  for (const atom of rule.atoms.filter(asksCell)) {
    if (atom.negated) return undefined;
    const found = keyCellsOf(atom.test, row);
    if (!found) return undefined;
    cells.push(...found);
    plain = packets.diagrams.when(constantOf(atom.test, packets), plain);
  }
  const fields = cells.map(({ field }) => `${field.field}`);
  if (cells.length === 0 || new Set(fields).size < cells.length) return undefined;
  const others: readonly Atom[] = rule.atoms.filter((atom) => !asksCell(atom));
  cells.sort((a, b) => placeOf(a.field) - placeOf(b.field));
  return {
    fields: cells.map(({ field }) => field),
    columns: cells.map(({ cell }) => columnOf(row.table, cell.column)!),
    plain: packets.diagrams.when(conjunction(others, packets, outer), plain),
  };
}

/** Where a field stands in keys. */
export function placeOf({ field }: KeyField): number {
  return FIELDS_IN_ORDER.indexOf(field);
}

/** The last is the one of which neighbouring values are joined. */
const FIELDS_IN_ORDER: readonly string[] = [
  'source/real',
  'source/original',
  'destination/real',
  'destination/original',
  'source mac',
  'vlan',
  'mark',
  'dscp',
  'ttl',
  'protocol',
  'source port/real',
  'source port/original',
  'destination port/real',
  'destination port/original',
];

function keyCellsOf(test: AtomTest, row: RowVariable): KeyCell[] | undefined {
  const isOwn = (value: unknown): value is Cell =>
    typeof value === 'object' && value !== null && 'row' in value && value.row === row;
  switch (test.kind) {
    case 'address': {
      if (!isOwn(test.in)) return undefined;
      const { family } = test;
      const field = { field: `${test.field}/${viewOf(test.view)}`, family, width: family === 4 ? 32 : 128 } as const;
      return [{ field, cell: test.in }];
    }
    case 'number': {
      const { field, view, in: cell } = test;
      if (!isOwn(cell) || field === 'service' || field === 'family') return undefined;
      const name = field.endsWith(' port') ? `${field}/${viewOf(view)}` : field;
      const key = { field: name as KeyField['field'], family: undefined, width: FIELD_WIDTHS[field] };
      return placeOf(key) < 0 ? undefined : [{ field: key, cell }];
    }
    case 'service cell': {
      const { protocol, port } = test;
      const cells: KeyCell[] = [];
      if (isOwn(protocol)) cells.push({ field: { field: 'protocol', family: undefined, width: 8 }, cell: protocol });
      else if (typeof protocol !== 'number') return undefined;
      if (isOwn(port)) cells.push({ field: { field: DESTINATION_PORT, family: undefined, width: 16 }, cell: port });
      else if (!(port instanceof IntervalSet)) return undefined;
      return cells;
    }
    default:
      return undefined;
  }
}

/** What the test asks whatever the row: that the fields are there, and what of a service is no cell. */
function constantOf(test: AtomTest, { tests, diagrams }: StagePackets): Diagram {
  switch (test.kind) {
    case 'number':
      return tests.present(test.field, viewOf(test.view));
    case 'service cell': {
      const { protocol, port } = test;
      const isProtocol = typeof protocol === 'number' ? tests.numberIn('protocol', IntervalSet.of(8, protocol)) : ALL;
      const isPort =
        port instanceof IntervalSet ? tests.numberIn('destination port', port) : tests.present('destination port');
      return diagrams.when(isProtocol, isPort);
    }
    default:
      return ALL;
  }
}

/** The rows that have all cells of the key, addresses of the family that it is about, and that some packet may find. */
export function rowsWithKey({ fields, columns }: RowKey, rows: Uint32Array): Uint32Array {
  return columns.reduce((kept, column, at) => {
    const { family, width } = fields[at]!;
    const { data, present } = column;
    const most = 2 ** width - 1;
    const filled = data.store === 'prefix' || present ? kept.filter((row) => hasCell(column, family, row)) : kept;
    return data.store === 'integer' ? filled.filter((row) => data.values[row]! <= most) : filled;
  }, rows);
}

/** Whether the row has a cell there, and, of a column of both families, one of this. */
export function hasCell({ data, present }: Column, family: Family | undefined, row: number): boolean {
  if (present !== undefined && present[row] === 0) return false;
  if (family === undefined || !('lengths' in data)) return true;
  return (data.store === 'prefix4' ? 4 : data.store === 'prefix6' ? 6 : data.families[row]) === family;
}

/** The keys of rows that have all cells. */
export function keysOf({ fields, columns }: RowKey, rows: Uint32Array): KeyRows {
  return { count: rows.length, parts: columns.map((column, at) => partOf(column, fields[at]!, rows)) };
}

/** Cells of some rows as intervals of values of a field. Throws NotCompared for a column that holds none. */
export function partOf({ data }: Column, { width, family }: Omit<KeyField, 'field'>, rows: Uint32Array): KeyPart {
  const taken = <Values extends Uint32Array | Uint8Array>(values: Values, to: Values): Values => {
    for (let at = 0; at < rows.length; at++) to[at] = values[rows[at]!]!;
    return to;
  };
  const take = (values: Uint32Array) => taken(values, new Uint32Array(rows.length));
  const takeLengths = (values: Uint8Array) => taken(values, new Uint8Array(rows.length));
  switch (data.store) {
    case 'integer':
      return exactKey(width, take(data.values));
    case 'range':
      return rangeKey(width, take(data.low), take(data.high));
    case 'wide integer': {
      const words = new Uint32Array(rows.length * 4);
      rows.forEach((row, at) => {
        words[at * 4 + 2] = Number(data.values[row]! >> 32n);
        words[at * 4 + 3] = Number(data.values[row]! & 0xffffffffn);
      });
      return exactKey(width, words);
    }
    case 'prefix4':
      return prefixKey(width, take(data.addresses), takeLengths(data.lengths));
    case 'prefix6':
    case 'prefix': {
      const words = new Uint32Array(rows.length * (family === 4 ? 1 : 4));
      rows.forEach((row, at) => {
        if (family === 4) words[at] = data.words[row * 4 + 3]!;
        else words.set(data.words.subarray(row * 4, row * 4 + 4), at * 4);
      });
      return prefixKey(width, words, takeLengths(data.lengths));
    }
    default:
      throw new NotCompared(`keys in a column of \`${data.store}\``);
  }
}

export interface KeyedRule {
  readonly rule: ProgramRule;
  readonly key: RowKey;
}

/**
 * Whether asking one rule for all rows and then the next is the same as asking all rules row by row: either they find the same
 * row, of which there is one at most, or what they do may change places.
 */
export function mayAskRulesInTurn(rules: readonly KeyedRule[], { table }: RowVariable): boolean {
  const isUnique = ({ columns }: RowKey) =>
    table.keys.some((key) => key.every((name) => columns.some((column) => column.name === name)));
  const text = ({ fields, columns }: RowKey) =>
    fields.map(({ field, family }, at) => `${field} ${family} ${columns[at]!.name}`).join();
  const [first] = rules;
  if (rules.length === 1) return true;
  if (rules.every(({ key }) => isUnique(key) && text(key) === text(first!.key))) return true;
  return (
    rules.every(({ rule }) => !rule.decision && rule.effects.every(({ effect }) => effect.kind === 'count')) ||
    rules.every(({ rule }) => isPlainVerdict(rule) && doSame(rule, first!.rule))
  );
}

/** A verdict, and nothing else but counters by name. */
function isPlainVerdict({ decision, effects }: ProgramRule): boolean {
  const counts = effects.every(({ effect, gates, when }) => {
    const isAlways = gates.length === 0 && when.length === 1 && when[0]!.length === 0;
    return isAlways && effect.kind === 'count' && effect.counter.kind === 'named';
  });
  return counts && decision?.kind === 'verdict' && decision.verdict.kind !== 'leave';
}

function doSame(one: ProgramRule, other: ProgramRule): boolean {
  return JSON.stringify([one.decision, one.effects]) === JSON.stringify([other.decision, other.effects]);
}
