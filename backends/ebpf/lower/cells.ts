/** What stands in a table's cells, as sets of values. An empty cell is undefined. */
import type { Cell, Rate } from '../../../compiler/model/condition.ts';
import { columnOf, type Column } from '../../../compiler/model/table.ts';
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';

function filledColumn({ row: { table }, column: name }: Cell, row: number): Column | undefined {
  const column = columnOf(table, name);
  return column && column.present?.[row] !== 0 ? column : undefined;
}

/** The addresses of a family in the cell. */
export function addressesIn(cell: Cell, row: number, family: 4 | 6): IntervalSet | undefined {
  const data = filledColumn(cell, row)?.data;
  if (!data) return undefined;
  const one = (words: Uint32Array): Uint32Array => words.subarray(row * 4, row * 4 + 4);
  switch (data.store) {
    case 'prefix4':
      if (family !== 4) return undefined;
      return IntervalSet.fromPrefixes32(data.addresses.subarray(row, row + 1), data.lengths.subarray(row, row + 1));
    case 'prefix6':
      if (family !== 6) return undefined;
      return IntervalSet.fromPrefixes128(one(data.words), data.lengths.subarray(row, row + 1));
    case 'prefix': {
      if (data.families[row] !== family) return undefined;
      const lengths = data.lengths.subarray(row, row + 1);
      // An IPv4 address is in the last of the four words.
      if (family === 4) return IntervalSet.fromPrefixes32(one(data.words).subarray(3), lengths);
      return IntervalSet.fromPrefixes128(one(data.words), lengths);
    }
    default:
      return undefined;
  }
}

/** The numbers in the cell. */
export function numbersIn(cell: Cell, row: number, width: number): IntervalSet | undefined {
  const data = filledColumn(cell, row)?.data;
  switch (data?.store) {
    case 'integer':
    case 'number':
      return IntervalSet.of(width, data.values[row]!);
    case 'wide integer':
      return IntervalSet.of(width, data.values[row]!);
    case 'range':
      return IntervalSet.range(width, data.low[row]!, data.high[row]!);
    default:
      return undefined;
  }
}

/** The numbers in the cell of any of these rows. */
export function numbersOfRows(cell: Cell, rows: Uint32Array, width: number): IntervalSet {
  return IntervalSet.unionOf(
    width,
    Array.from(rows).flatMap((row) => numbersIn(cell, row, width) ?? []),
  );
}

const UNITS = ['events', 'bits', 'bytes'] as const;

export function rateIn(cell: Cell, row: number): Rate | undefined {
  const data = filledColumn(cell, row)?.data;
  if (data?.store !== 'rate') return undefined;
  return { of: UNITS[data.of[row]!]!, amount: data.amounts[row]!, perSeconds: data.perSeconds[row]! };
}

/** All rates of the cell's column. */
export function ratesIn(cell: Cell): Rate[] {
  return Array.from({ length: cell.row.table.rowCount }, (_, row) => rateIn(cell, row)).filter(
    (rate) => rate !== undefined,
  );
}

/** The cell in names of counters: equal cells, equal texts. */
export function textOf(cell: Cell, row: number): string | undefined {
  const column = filledColumn(cell, row);
  if (!column) return undefined;
  const { data, type } = column;
  if (data.store === 'text') return data.strings[data.indices[row]!];
  if (data.store === 'integer' && type.kind === 'enum') return type.members[data.values[row]!];
  if ('values' in data) return `${data.values[row]}`;
  if (data.store === 'range') {
    const [low, high] = [data.low[row]!, data.high[row]!];
    return low === high ? `${low}` : `${low}-${high}`;
  }
  const ipv4 = addressesIn(cell, row, 4);
  const ipv6 = addressesIn(cell, row, 6);
  const address = ipv4 ? formatIpv4(Number(ipv4.lowAt(0))) : ipv6 && formatIpv6(BigInt(ipv6.lowAt(0)));
  const length = 'lengths' in data ? data.lengths[row] : undefined;
  return length === (ipv4 ? 32 : 128) ? address : `${address}/${length}`;
}
