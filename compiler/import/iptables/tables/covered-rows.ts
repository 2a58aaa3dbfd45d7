/**
 * Rows that say what a wider row behind them says for the same packets: a translation of each host, and then the same one
 * for the host's whole network. Without the row, its packets come to the wider one.
 */
import type { RuleClass } from './list-classes.ts';
import { laterRows } from './overlaps.ts';
import type { ClassValue } from './class-rows.ts';
import type { ColumnData } from './table-store.ts';
import { commute, type AddressField, type Unit } from './units.ts';

/** Says of the entries of a class which of them are covered by a class behind it; undefined: none are. */
export function coveredEntries(
  unit: Unit,
  behind: readonly Unit[],
  classOf: (unit: Unit) => RuleClass | undefined,
): ((row: number) => boolean) | undefined {
  const own = classOf(unit);
  const field = own && onlyField(own);
  if (!field) return undefined;
  for (const other of behind) {
    const wider = classOf(other);
    if (wider && onlyField(wider) === field && sayTheSame(own, wider)) return coveredBy(unit, own, wider, field);
    if (!commute(unit, other) && haveCommonPackets(unit, other)) return undefined;
  }
  return undefined;
}

/** The address that alone chooses the row of a translation. */
function onlyField({ rows, common }: RuleClass): AddressField | undefined {
  // The new address is no column but in IPv4, whose addresses are numbers that networks can be taken of.
  if (common.outcome.kind !== 'translate' || rows.keys.length !== 1 || common.family !== 4) return undefined;
  return 'column' in rows.from ? 'from' : 'column' in rows.to ? 'to' : undefined;
}

/** Whether two classes differ in nothing but their rows. */
function sayTheSame(a: RuleClass, b: RuleClass): boolean {
  const textOf = ({ common, rows }: RuleClass) => {
    const { terms, effects, outcome } = common;
    const options = outcome.kind === 'translate' ? [outcome.action, ...outcome.behind.split(' ').slice(2)] : [];
    const { from, to } = rows.sameAddresses;
    return JSON.stringify([terms, effects, options, from, to, 'same' in rows.dataPort ? rows.dataPort.same : 'column']);
  };
  return 'same' in a.rows.dataPort && textOf(a) === textOf(b);
}

function haveCommonPackets(a: Unit, b: Unit): boolean {
  const from = laterRows(a.rows('from'), b.rows('from'));
  const to = laterRows(a.rows('to'), b.rows('to'));
  return from.a.some((late, row) => (late & to.a[row]!) === 1) || from.b.some((late, row) => (late & to.b[row]!) === 1);
}

function coveredBy(
  unit: Unit,
  own: RuleClass,
  wider: RuleClass,
  field: AddressField,
): ((row: number) => boolean) | undefined {
  const [narrow, wide] = [columnOf(own.rows[field]), columnOf(wider.rows[field])];
  const length = wide.lengths?.[0] ?? 32;
  const isUniform = wide.lengths?.every((one) => one === length) ?? true;
  if (!isUniform || (narrow.lengths?.some((one) => one < length) ?? false)) return undefined;
  const { addresses } = unit.rows(field);
  const covered = new Uint8Array(addresses.length);
  for (let row = 0; row < addresses.length; row++) {
    const inner = find(narrow.values, addresses[row]!);
    const outer = find(wide.values, networkOf(addresses[row]!, length));
    const isSame = outer >= 0 && valueAt(own.rows.data, inner) === valueAt(wider.rows.data, outer);
    covered[row] = isSame ? 1 : 0;
  }
  return covered.includes(1) ? (row) => covered[row] === 1 : undefined;
}

function columnOf(value: ClassValue): ColumnData {
  if (!('column' in value)) throw new Error('the address of a class with one key is its key');
  return value.column;
}

function valueAt(value: ClassValue, row: number): number {
  return 'column' in value ? value.column.values[row]! : value.same;
}

function networkOf(address: number, length: number): number {
  return length === 0 ? 0 : (address & -(2 ** (32 - length))) >>> 0;
}

/** The place of a value in an ascending column; negative where it is not in it. */
function find(values: Uint32Array, value: number): number {
  let [low, high] = [0, values.length - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (values[middle] === value) return middle;
    if (values[middle]! < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
