/** Cells as people write them, for messages. */
import type { ColumnData, ColumnType } from '../../model/table.ts';
import { protocolName } from '../../model/protocols.ts';
import { formatIpv4, formatIpv6Words, formatMac } from '../../net/address.ts';

/** The cell of a row, which must have a value there. */
export function describeCell(data: ColumnData, type: ColumnType, row: number): string {
  switch (data.store) {
    case 'integer':
      return describeInteger(data.values[row]!, type);
    case 'wide integer':
      return type.kind === 'mac' ? formatMac(data.values[row]!) : `${data.values[row]}`;
    case 'number':
      return `${data.values[row]}`;
    case 'rate':
      return `${data.amounts[row]} in ${data.perSeconds[row]} s`;
    case 'text':
      return `"${data.strings[data.indices[row]!]}"`;
    case 'range':
      return data.low[row] === data.high[row] ? `${data.low[row]}` : `${data.low[row]}-${data.high[row]}`;
    case 'prefix4':
      return withLength(formatIpv4(data.addresses[row]!), data.lengths[row]!, type);
    case 'prefix6':
      return withLength(formatIpv6Words(data.words, row), data.lengths[row]!, type);
    case 'prefix': {
      const address =
        data.families[row] === 4 ? formatIpv4(data.words[row * 4 + 3]!) : formatIpv6Words(data.words, row);
      return withLength(address, data.lengths[row]!, type);
    }
  }
}

function describeInteger(value: number, type: ColumnType): string {
  if (type.kind === 'enum') return type.members[value] ?? `${value}`;
  if (type.kind === 'protocol') return protocolName(value);
  if (type.kind === 'bool') return value === 1 ? 'true' : 'false';
  if (type.kind === 'date') return new Date(value * 86_400_000).toISOString().slice(0, 10);
  return `${value}`;
}

function withLength(address: string, length: number, type: ColumnType): string {
  return type.kind === 'address' ? address : `${address}/${length}`;
}
