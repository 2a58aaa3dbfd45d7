/** Where a shaper is. */
import type { Shape, Target } from './policy.ts';

/** The interface of its zone, as the target binds it; undefined: the zone has none of a name. */
export function interfaceOf({ zone }: Shape, target: Target | undefined): string | undefined {
  return (target?.zones.get(zone.name) ?? zone).members[0]?.interface;
}
