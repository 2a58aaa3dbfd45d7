/** Fields that packets of some transports have, and transports of whole packets. */
import type { Family } from '../../4-program/program.ts';
import { CARRIERS, domainOf, WHOLE_TRANSPORTS } from '../../6-plan/regions/axes.ts';
import type { Region } from '../../6-plan/regions/region.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import type { Value } from '../../net/words.ts';

/** What `make` gives for a set, kept: many entries share one. */
function keptFor(make: (set: IntervalSet) => IntervalSet): (set: IntervalSet) => IntervalSet {
  const kept = new WeakMap<IntervalSet, IntervalSet>();
  return (set) => {
    let made = kept.get(set);
    if (!made) kept.set(set, (made = make(set)));
    return made;
  };
}

/** Of transports, those of whole packets. */
export const wholeOf = keptFor((transports) => transports.intersect(WHOLE_TRANSPORTS));

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
  /** Of transports, those that have it. */
  readonly having: (transports: IntervalSet) => IntervalSet;
  /** … and those that lack it. */
  readonly lacking: (transports: IntervalSet) => IntervalSet;
}

export const CARRIED: Readonly<Record<Family, readonly Carried[]>> = { 4: carriedIn(4), 6: carriedIn(6) };

function carriedIn(family: Family): Carried[] {
  return [...CARRIERS].map(([axis, carriers]) => {
    const domain = domainOf(axis, family);
    const absent = domain.highAt(domain.intervalCount - 1);
    const values = domain.subtract(IntervalSet.of(domain.width, absent));
    return {
      axis,
      carriers,
      domain,
      absent,
      values,
      isForeign: isOfOther(axis, family),
      having: keptFor((transports) => transports.intersect(carriers)),
      lacking: keptFor((transports) => transports.subtract(carriers)),
    };
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
