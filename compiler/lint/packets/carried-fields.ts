/** Fields that packets of some transports have, and transports of whole packets. */
import type { Family } from '../../4-program/program.ts';
import { CARRIERS, domainOf, WHOLE_TRANSPORTS } from '../../6-plan/regions/axes.ts';
import type { Region } from '../../6-plan/regions/region.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import type { Value } from '../../net/words.ts';

/** Of sets that were asked for before: many entries share one. */
const WHOLE = new WeakMap<IntervalSet, IntervalSet>();

/** Of transports, those of whole packets. */
export function wholeOf(transports: IntervalSet): IntervalSet {
  let whole = WHOLE.get(transports);
  if (!whole) WHOLE.set(transports, (whole = transports.intersect(WHOLE_TRANSPORTS)));
  return whole;
}

/** A field that some transports have. */
interface Carried {
  readonly axis: string;
  readonly carriers: IntervalSet;
  readonly domain: IntervalSet;
  readonly absent: Value;
  /** The domain without `absent`. */
  readonly values: IntervalSet;
  /** Whether only packets of the other family have it. */
  readonly isForeign: boolean;
}

export const CARRIED: Readonly<Record<Family, readonly Carried[]>> = { 4: carriedIn(4), 6: carriedIn(6) };

function carriedIn(family: Family): Carried[] {
  return [...CARRIERS].map(([axis, carriers]) => {
    const domain = domainOf(axis, family);
    const absent = domain.highAt(domain.intervalCount - 1);
    const values = domain.subtract(IntervalSet.of(domain.width, absent));
    return { axis, carriers, domain, absent, values, isForeign: isOfOther(axis, family) };
  });
}

/** What a packet that lacks the field has along its axis. */
export function absentOf(axis: string, { family }: Region): Value {
  const domain = domainOf(axis, family);
  return domain.highAt(domain.intervalCount - 1);
}

/** Whether only packets of the other family have the field. */
export function isOfOther(axis: string, family: Family): boolean {
  return axis === (family === 4 ? 'icmp6/real' : 'icmp4/real');
}
