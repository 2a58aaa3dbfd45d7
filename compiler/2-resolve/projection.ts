/** The set of the values in a column, made once for each column. */
import type { Column, ColumnData, Table } from '../model/table.ts';
import { AddressSet } from '../net/address-set.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { MAC_WIDTH, NUMBER_WIDTH, addresses, macs, numbers, type SetValues } from './resolved.ts';

const known = new WeakMap<Column, SetValues>();

/** The values of all rows; undefined for a column whose values make no set. An empty table was allowed by its `or empty`. */
export function projection(column: Column, table: Table): SetValues | undefined {
  const made = known.get(column);
  if (made) return made;
  const values = project(column);
  if (!values) return undefined;
  const result = { ...values, orEmpty: table.rowCount === 0 };
  known.set(column, result);
  return result;
}

const NUMERIC_KINDS: ReadonlySet<string> = new Set(['unsigned', 'port', 'ports', 'protocol']);

function project(column: Column): SetValues | undefined {
  const { data, type } = column;
  if (type.kind === 'mac' && data.store === 'wide integer') {
    return macs(wideIntegers(MAC_WIDTH, data.values, column.present));
  }
  if (type.kind === 'address' || type.kind === 'prefix') return addresses(addressesOf(data, column.present));
  if (!NUMERIC_KINDS.has(type.kind)) return undefined;
  if (data.store === 'integer') return numbers(integers(data.values, data.values, column.present));
  if (data.store === 'range') return numbers(integers(data.low, data.high, column.present));
  return data.store === 'wide integer' ? numbers(wideIntegers(NUMBER_WIDTH, data.values, column.present)) : undefined;
}

function integers(low: Uint32Array, high: Uint32Array, present: Uint8Array | undefined): IntervalSet {
  const lows = presentRows(low, 1, present);
  const highs = low === high ? lows : presentRows(high, 1, present);
  return IntervalSet.fromColumns(NUMBER_WIDTH, widened(lows), widened(highs));
}

/** Words of 32 bits as the four words of a wide field. */
function widened(words: Uint32Array): Uint32Array {
  const wide = new Uint32Array(words.length * 4);
  for (let i = 0; i < words.length; i++) wide[i * 4 + 3] = words[i]!;
  return wide;
}

function wideIntegers(width: number, values: BigUint64Array, present: Uint8Array | undefined): IntervalSet {
  const words = new Uint32Array(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    words[i * 4 + 2] = Number(values[i]! >> 32n);
    words[i * 4 + 3] = Number(values[i]! & 0xffffffffn);
  }
  return IntervalSet.fromColumns(width, presentRows(words, 4, present));
}

function addressesOf(data: ColumnData, present: Uint8Array | undefined): AddressSet {
  switch (data.store) {
    case 'prefix4':
      return AddressSet.ofIpv4(
        IntervalSet.fromPrefixes32(presentRows(data.addresses, 1, present), presentBytes(data.lengths, present)),
      );
    case 'prefix6':
      return AddressSet.ofIpv6(
        IntervalSet.fromPrefixes128(presentRows(data.words, 4, present), presentBytes(data.lengths, present)),
      );
    case 'prefix':
      return bothFamilies(data.families, data.words, data.lengths, present);
    default:
      return AddressSet.empty;
  }
}

function bothFamilies(
  families: Uint8Array,
  words: Uint32Array,
  lengths: Uint8Array,
  present: Uint8Array | undefined,
): AddressSet {
  const is4 = families.map((family, row) => (family === 4 && present?.[row] !== 0 ? 1 : 0));
  const is6 = families.map((family, row) => (family === 6 && present?.[row] !== 0 ? 1 : 0));
  const lastWords = Uint32Array.from(families, (_, row) => words[row * 4 + 3]!);
  return AddressSet.of(
    IntervalSet.fromPrefixes32(presentRows(lastWords, 1, is4), presentBytes(lengths, is4)),
    IntervalSet.fromPrefixes128(presentRows(words, 4, is6), presentBytes(lengths, is6)),
  );
}

/** The words of the rows that have a value. */
function presentRows(words: Uint32Array, stride: 1 | 4, present: Uint8Array | undefined): Uint32Array {
  if (!present) return words;
  const kept = new Uint32Array(words.length);
  let length = 0;
  for (let row = 0; row < present.length; row++) {
    if (present[row] === 0) continue;
    for (let k = 0; k < stride; k++) kept[length++] = words[row * stride + k]!;
  }
  return kept.slice(0, length);
}

function presentBytes(bytes: Uint8Array, present: Uint8Array | undefined): Uint8Array {
  return present ? bytes.filter((_, row) => present[row] !== 0) : bytes;
}
