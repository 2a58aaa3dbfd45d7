/** The addresses in a column of a table, at once. */
import { AddressSet } from '../net/address-set.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { columnOf, type Table } from './table.ts';

/** Those of all these rows; undefined where the column holds no addresses. */
export function columnAddresses(table: Table, name: string, all: Uint32Array): AddressSet | undefined {
  const column = columnOf(table, name);
  if (!column || !('lengths' in column.data)) return undefined;
  const { data, present } = column;
  const rows = present ? all.filter((row) => present[row] === 1) : all;
  const ofFamily = (family: 4 | 6) => {
    if (data.store === 'prefix') return rows.filter((row) => data.families[row] === family);
    return (data.store === 'prefix4') === (family === 4) ? rows : rows.subarray(0, 0);
  };
  const lengths = (some: Uint32Array) => Uint8Array.from(some, (row) => data.lengths[row]!);
  const [rows4, rows6] = [ofFamily(4), ofFamily(6)];
  const words4 = Uint32Array.from(rows4, (row) =>
    data.store === 'prefix4' ? data.addresses[row]! : data.words[row * 4 + 3]!,
  );
  const words6 = new Uint32Array(rows6.length * 4);
  if (data.store !== 'prefix4') {
    rows6.forEach((row, index) => words6.set(data.words.subarray(row * 4, row * 4 + 4), index * 4));
  }
  return AddressSet.of(
    IntervalSet.fromPrefixes32(words4, lengths(rows4)),
    IntervalSet.fromPrefixes128(words6, lengths(rows6)),
  );
}
