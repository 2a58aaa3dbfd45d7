/** What is known of a packet that finds a row, whichever it is: what all rows of the table have in common. */
import { columnOf, type Column, type Table } from '../model/table.ts';
import { fewValues } from '../net/few-values.ts';
import { coveringPrefix, prefixColumns } from '../net/prefixes.ts';
import { ALL, NOTHING, type Diagram } from './diagrams.ts';
import type { PacketTests } from './packet-tests.ts';
import type { ColumnTest } from './rows.ts';

/** More services than this in a table are not told one by one. */
const MOST_SERVICES = 64;

/** The packets that have all fields of the key, each where some row of the table may have it. */
export function packetsWithin(table: Table, key: readonly ColumnTest[], packets: PacketTests): Diagram {
  const { diagrams } = packets;
  return key.reduce(
    (all, part) => diagrams.when(withinColumn(table, part, packets), all),
    withinServices(table, key, packets),
  );
}

/** Addresses lie under the prefix that all addresses of the column share. */
function withinColumn(table: Table, { field, view, column }: ColumnTest, packets: PacketTests): Diagram {
  const { data, present } = columnOf(table, column)!;
  const isAddress = field === 'source' || field === 'destination';
  if (!isAddress || (data.store !== 'prefix4' && data.store !== 'prefix6')) return packets.present(field, view);
  const [family, width, addresses] =
    data.store === 'prefix4' ? ([4, 32, data.addresses] as const) : ([6, 128, data.words] as const);
  const prefix = coveringPrefix(prefixColumns(width, addresses, data.lengths), present);
  return prefix ? packets.addressIn(field, family, prefix, view) : NOTHING;
}

/** Protocol and port are together those of some row, where these are few. */
function withinServices(table: Table, key: readonly ColumnTest[], packets: PacketTests): Diagram {
  const [protocols, ports] = ['protocol', 'destination port'].map((field) => {
    const part = key.find((one) => one.field === field && one.view === 'real');
    return part && columnOf(table, part.column);
  });
  if (protocols?.data.store !== 'integer' || ports?.data.store !== 'integer') return ALL;
  const [protocolAt, portAt] = [protocols.data.values, ports.data.values];
  const isEmpty = (row: number) => [protocols, ports].some(({ present }: Column) => present?.[row] === 0);
  const services = fewValues(24, table.rowCount, MOST_SERVICES, (row) =>
    isEmpty(row) ? undefined : protocolAt[row]! * 65_536 + portAt[row]!,
  );
  return services ? packets.numberIn('service', services) : ALL;
}
