/** Where a shaper is. */
import { jhash } from '../net/jhash.ts';
import type { Shape, Target } from './policy.ts';

/** The interface of its zone, as the target binds it; undefined: the zone has none of a name. */
export function interfaceOf({ zone }: Pick<Shape, 'zone'>, target: Target | undefined): string | undefined {
  return (target?.zones.get(zone.name) ?? zone).members[0]?.interface;
}

const PREFIX = 'ifb-';
/** IFNAMSIZ is 16 with the end of the name. */
const LONGEST_NAME = 15;

/**
 * The interface that has the queues: packets leave by that of the zone, and what comes in waits in one of its own, for the
 * kernel has no queues where packets arrive. What is policed waits nowhere, and stays at that of the zone.
 */
export function queueInterfaceOf(shape: Shape, target: Target | undefined): string | undefined {
  const name = interfaceOf(shape, target);
  if (name === undefined || shape.direction === 'egress' || shape.policed) return name;
  const own = `${PREFIX}${name}`;
  if (own.length <= LONGEST_NAME) return own;
  return `${PREFIX}${jhash(new TextEncoder().encode(name), 0).toString(16).padStart(8, '0')}`;
}

const POLICED = ' policed';

/** Under what the traffic of its classes is listed: the interface, which may have queues and police what comes in. */
export function listedName(shape: Shape, target: Target | undefined): string | undefined {
  const name = queueInterfaceOf(shape, target);
  return name === undefined || !shape.policed ? name : `${name}${POLICED}`;
}

/** Whether what is listed under the name is policed. */
export function isPoliced(name: string): boolean {
  return name.endsWith(POLICED);
}
