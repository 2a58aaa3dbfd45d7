/** Whether a Maglev table can be made of a pool's backends. */
import { backendsIn } from '../../model/pool.ts';
import type { Balance } from '../../model/policy.ts';
import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import { isPrime } from '../../net/maglev.ts';
import { report } from '../../2-resolve/context.ts';
import type { RuleContext } from '../context.ts';
import { BALANCE_SETTING, POOL_COLUMNS } from '../problems.ts';
import type { Span } from '../../../grammar/source.ts';

const GREATEST_WEIGHT = 65_535;

/** Where each of these is: the pool, and the size of the table. */
export interface BackendPlaces {
  readonly pool: Span;
  readonly size: Span;
}

type Pool = Pick<Balance, 'pool' | 'addressColumn' | 'weightColumn' | 'tableSize'>;

export function reportBackends(balance: Pool, places: BackendPlaces, context: RuleContext): void {
  const { pool, tableSize } = balance;
  const seen = new Set<string>();
  const backends = backendsIn(balance);
  for (const { name, weight, family, address } of backends) {
    const text = family === 4 ? formatIpv4(Number(address)) : formatIpv6(address);
    if (seen.has(name)) {
      const hint = 'Leave one of the rows out; `weight` says how large its share is.';
      report(context, POOL_COLUMNS, places.pool, `the backend ${text} stands in \`${pool.name}\` twice`, { hint });
      return;
    }
    if (weight > GREATEST_WEIGHT) {
      const hint = `Weights are whole numbers up to ${GREATEST_WEIGHT}, in proportion to each other.`;
      report(context, POOL_COLUMNS, places.pool, `the backend ${text} has weight ${weight}`, { hint });
      return;
    }
    seen.add(name);
  }
  if (backends.length <= tableSize) return;
  let enough = backends.length;
  while (!isPrime(enough)) enough++;
  report(
    context,
    BALANCE_SETTING,
    places.size,
    `a Maglev table of ${tableSize} entries has no room for ${backends.length} backends`,
    { hint: `About a hundred entries for each backend share it well; write ${enough} or more.` },
  );
}
