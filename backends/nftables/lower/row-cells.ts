/** Cells as nft writes them: data of maps, counters of rows, and the texts that tell rows apart. */
import type { Family } from '../../../compiler/4-program/program.ts';
import type { Cell, PortTarget } from '../../../compiler/model/index.ts';
import type { Column } from '../../../compiler/model/table.ts';
import { formatIpv4, formatIpv6Words } from '../../../compiler/net/address.ts';
import { keyType } from './keys.ts';
import { addressWriter } from './lookup-keys.ts';
import type { RowData, RowValues, RowWriter } from './row-values.ts';

/** A map's data for a translation: an address, and a port where there is one; as intervals where a row has a range. */
export function translationData(
  row: RowValues,
  address: Cell,
  ports: PortTarget | undefined,
  family: Family | undefined,
): RowData {
  const cells = [address, ...(ports?.kind === 'cell' ? [ports] : [])];
  const isRange =
    cells.some((cell) => hasRanges(row, cell, family)) || (ports?.kind === 'range' && ports.low < ports.high);
  const writers = [addressDataWriter(row.column(address), family, isRange), ...(ports ? [portWriter(row, ports)] : [])];
  const types = [keyType('source', family), ...(ports ? ['inet_service'] : [])];
  return {
    name: cells.map(({ column }) => column).join('_'),
    types: isRange ? [`interval ${types[0]}`, ...types.slice(1)] : types,
    cells,
    write: (index, out) => {
      writers.forEach((write, part) => {
        if (part > 0) out.write(' . ');
        write(index, out);
      });
    },
  };
}

function hasRanges(row: RowValues, cell: Cell, family: Family | undefined): boolean {
  const { data } = row.column(cell);
  if ('lengths' in data) {
    const width = family === 6 ? 128 : 32;
    return row.rows.some((index) => data.lengths[index]! < width);
  }
  return data.store === 'range' && row.rows.some((index) => data.low[index] !== data.high[index]);
}

/** An interval of one address has to be written with its length: nft takes a bare address for no interval. */
function addressDataWriter(column: Column, family: Family | undefined, asInterval: boolean): RowWriter {
  const { data } = column;
  if (!('lengths' in data)) return () => {};
  const write = addressWriter(data, family);
  if (!asInterval) return write;
  return (index, out) => {
    write(index, out);
    out.write(`/${data.lengths[index]}`);
  };
}

function portWriter(row: RowValues, ports: PortTarget): RowWriter {
  if (ports.kind === 'range') return (_index, out) => out.write(rangeText(ports.low, ports.high));
  const { data } = row.column(ports);
  if (data.store === 'integer') return (index, out) => out.writeNumber(data.values[index]!);
  if (data.store === 'range') return (index, out) => out.write(rangeText(data.low[index]!, data.high[index]!));
  return () => {};
}

function rangeText(low: number, high: number): string {
  return low === high ? String(low) : `${low}-${high}`;
}

/** The number in each row's cell, for marks and the like. */
export function cellNumbers(row: RowValues, cell: Cell): ((index: number) => number) | undefined {
  const { data } = row.column(cell);
  if (data.store === 'integer' || data.store === 'number') return (index) => data.values[index]!;
  return data.store === 'wide integer' ? (index) => Number(data.values[index]) : undefined;
}

/** A cell as text, for comments and names. */
export function cellText(column: Column): (row: number) => string {
  const { data, type } = column;
  switch (data.store) {
    case 'integer':
      return type.kind === 'enum' ? (row) => type.members[data.values[row]!] ?? '' : (row) => String(data.values[row]);
    case 'text':
      return (row) => data.strings[data.indices[row]!] ?? '';
    case 'wide integer':
    case 'number':
      return (row) => String(data.values[row]);
    case 'prefix4':
      return (row) => withLength(formatIpv4(data.addresses[row]!), data.lengths[row]!, 32);
    case 'prefix6':
      return (row) => withLength(formatIpv6Words(data.words, row), data.lengths[row]!, 128);
    case 'prefix':
      return (row) =>
        data.families[row] === 4
          ? withLength(formatIpv4(data.words[row * 4 + 3]!), data.lengths[row]!, 32)
          : withLength(formatIpv6Words(data.words, row), data.lengths[row]!, 128);
    case 'range':
      return (row) => rangeText(data.low[row]!, data.high[row]!);
    case 'rate':
      return (row) => `${data.amounts[row]}/${data.perSeconds[row]}`;
  }
}

function withLength(address: string, length: number, full: number): string {
  return length === full ? address : `${address}/${length}`;
}
