/** Columns of tables that passes make of rules. */
import type { Column, ColumnType } from '../model/table.ts';
import { strideOf, writeValue, type Value } from '../net/words.ts';
import type { Family } from '../4-program/program.ts';

type Span = Column['span'];

/** A column of numbers, or of members of an `enum`. */
export function integerColumn(name: string, type: ColumnType, values: Uint32Array, span: Span): Column {
  return { name, type, volatile: false, data: { store: 'integer', values }, span };
}

/** A column of ranges of ports, both ends included. */
export function portsColumn(name: string, low: Uint32Array, high: Uint32Array, span: Span): Column {
  return { name, type: { kind: 'ports' }, volatile: false, data: { store: 'range', low, high }, span };
}

/** A column of prefixes of a family, as their addresses and lengths; of addresses where all bits count. */
export function prefixColumn(
  name: string,
  family: Family,
  addresses: readonly Value[],
  lengths: Uint8Array,
  span: Span,
): Column {
  const width = family === 4 ? 32 : 128;
  const stride = strideOf(width);
  const words = new Uint32Array(addresses.length * stride);
  addresses.forEach((address, row) => writeValue(width, address, words, row));
  const type = { kind: lengths.every((length) => length === width) ? 'address' : 'prefix', family } as const;
  const data =
    family === 4
      ? ({ store: 'prefix4', addresses: words, lengths } as const)
      : ({ store: 'prefix6', words, lengths } as const);
  return { name, type, volatile: false, data, span };
}
