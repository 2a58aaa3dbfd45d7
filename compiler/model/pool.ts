/** The backends of a `balance` block, as its pool's rows have them. */
import { readBigint } from '../net/words.ts';
import type { MaglevBackend } from '../net/maglev.ts';
import type { Balance } from './policy.ts';
import { columnOf, type ColumnData } from './table.ts';

export interface PoolBackend extends MaglevBackend {
  readonly row: number;
  readonly family: 4 | 6;
  readonly address: bigint;
}

/** Rows that have an address, in their order. */
export function backendsIn({
  pool,
  addressColumn,
  weightColumn,
}: Pick<Balance, 'pool' | 'addressColumn' | 'weightColumn'>): PoolBackend[] {
  const addresses = columnOf(pool, addressColumn);
  const weights = weightColumn === undefined ? undefined : columnOf(pool, weightColumn)?.data;
  const backends: PoolBackend[] = [];
  for (let row = 0; row < pool.rowCount; row++) {
    const at = !addresses || addresses.present?.[row] === 0 ? undefined : addressAt(addresses.data, row);
    if (!at) continue;
    const weight = weights && 'values' in weights ? Number(weights.values[row]) : 1;
    backends.push({ row, ...at, name: `${at.family}:${at.address}`, weight });
  }
  return backends;
}

function addressAt(data: ColumnData, row: number): Pick<PoolBackend, 'family' | 'address'> | undefined {
  switch (data.store) {
    case 'prefix4':
      return { family: 4, address: BigInt(data.addresses[row]!) };
    case 'prefix6':
      return { family: 6, address: readBigint(data.words, row, 4) };
    case 'prefix':
      return { family: data.families[row] === 4 ? 4 : 6, address: readBigint(data.words, row, 4) };
    default:
      return undefined;
  }
}
