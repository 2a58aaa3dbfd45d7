import type { FamilyAddressTest } from '../../4-program/program.ts';
import { lookupPrice } from '../../cost/cost.ts';
import type { Prices } from '../../cost/prices.ts';
import { columnOf, type Table } from '../../model/table.ts';
import { coveringPrefix, prefixColumns, prefixLengthOfInterval } from '../../net/prefixes.ts';
import { mapNodes, type KeyPart, type Lookup } from '../plan.ts';
import type { Pass } from './pass.ts';

export const commonPrefix: Pass = {
  name: 'common-prefix',
  description: `Where all addresses of a large table lie under one prefix, that prefix is tested before the table is looked up:
of a packet between a member and the world, only the member's address need be looked up among the members. Sound because a
packet with an address outside finds no row. Lookups that only packets of some zone come to are left alone: the zone has
told inside from outside. So is a lookup that costs little more than the test.`,
  run: (node, { prices }) => mapNodes(node, (one) => (one.kind === 'lookup' ? within(one, prices) : one)),
};

/** How many packets lie outside nobody knows; where one in so many does, the test pays. */
const ONE_IN = 4;
/** A shorter prefix holds addresses of everywhere. */
const SHORTEST = { 4: 4, 6: 16 } as const;

function within(lookup: Lookup, prices: Prices): Lookup {
  const { key, row, guard, classes } = lookup;
  const rows = classes.reduce((sum, one) => sum + one.rows.length, 0);
  const isDear = lookupPrice(prices, lookup, rows, 1) > ONE_IN * (prices.rule + prices.match);
  if (!isDear || guard.some(({ test }) => test.kind === 'zone')) return lookup;
  for (const part of key) {
    if (guard.some(({ test }) => test.kind === 'address' && test.field === part.field)) continue;
    const test = prefixTest(part, row.table);
    if (test) return { ...lookup, guard: [...guard, { negated: false, test }] };
  }
  return lookup;
}

/** That the packet's address is under the prefix that all addresses of the column share. */
function prefixTest({ field, view, column }: KeyPart, table: Table): FamilyAddressTest | undefined {
  const { data, present } = columnOf(table, column)!;
  if ((field !== 'source' && field !== 'destination') || (data.store !== 'prefix4' && data.store !== 'prefix6')) {
    return undefined;
  }
  const [family, width, addresses] =
    data.store === 'prefix4' ? ([4, 32, data.addresses] as const) : ([6, 128, data.words] as const);
  const prefix = coveringPrefix(prefixColumns(width, addresses, data.lengths), present);
  if (!prefix || prefixLengthOfInterval(prefix, 0) < SHORTEST[family]) return undefined;
  return { kind: 'address', field, view, family, in: prefix };
}
