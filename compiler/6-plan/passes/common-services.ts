import { lookupPrice } from '../../cost/cost.ts';
import type { Prices } from '../../cost/prices.ts';
import type { NumberTest } from '../../model/condition.ts';
import { columnOf, type Column } from '../../model/table.ts';
import { fewValues } from '../../net/few-values.ts';
import { mapNodes, type Lookup } from '../plan.ts';
import type { Pass } from './pass.ts';

export const commonServices: Pass = {
  name: 'common-services',
  description: `Where the rows of a large table name few services between them, these are tested before the table is looked up:
a packet to port 443 need not be looked up among 400,000 rows about six other ports. Sound because a packet for another
service finds no row.`,
  run: (node, { prices }) => mapNodes(node, (one) => (one.kind === 'lookup' ? within(one, prices) : one)),
};

/** How many packets are for other services nobody knows; where one in so many is, the test pays. */
const ONE_IN = 4;
/** More services than this are a lookup of their own. */
const MOST_SERVICES = 64;

function within(lookup: Lookup, prices: Prices): Lookup {
  const { row, guard, classes } = lookup;
  const protocols = columnFor(lookup, 'protocol');
  const ports = columnFor(lookup, 'destination port');
  const isTold = guard.some(({ test }) => test.kind === 'number' && ABOUT_SERVICES.has(test.field));
  if (!protocols || !ports || isTold) return lookup;
  const rows = classes.reduce((sum, one) => sum + one.rows.length, 0);
  const most = Math.min(MOST_SERVICES, row.table.rowCount / ONE_IN);
  const services = fewValues(24, row.table.rowCount, most, (number) => {
    const [protocol, port] = [valueAt(protocols, number), valueAt(ports, number)];
    return protocol === undefined || port === undefined ? undefined : protocol * 65_536 + port;
  });
  if (!services) return lookup;
  const price = prices.rule + prices.hash(services.intervalCount, 1);
  if (lookupPrice(prices, lookup, rows, 1) <= ONE_IN * price) return lookup;
  const test: NumberTest = { kind: 'number', field: 'service', in: services };
  return { ...lookup, guard: [...guard, { negated: false, test }] };
}

const ABOUT_SERVICES: ReadonlySet<string> = new Set(['service', 'destination port', 'protocol']);

function columnFor({ key, row }: Lookup, field: string): Column | undefined {
  const part = key.find((one) => one.field === field && one.view === 'real');
  const column = part && columnOf(row.table, part.column);
  return column?.data.store === 'integer' ? column : undefined;
}

/** Undefined for an empty cell. */
function valueAt({ data, present }: Column, row: number): number | undefined {
  return data.store === 'integer' && present?.[row] !== 0 ? data.values[row] : undefined;
}
