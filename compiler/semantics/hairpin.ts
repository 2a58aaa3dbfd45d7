/**
 * `hairpin` on a dnat: hosts behind the same zone as the server may call it by its public address too. Their packets come
 * in by that zone, go back out by it, and are masqueraded, so that the answers come back the same way.
 */
import type { Condition } from '../model/condition.ts';
import type { Rule, Zone } from '../model/policy.ts';
import { holds } from './condition.ts';
import type { Journey } from './journey.ts';
import { routeTo } from './kernel/routing.ts';
import { rangeOf } from './translation-targets.ts';
import { zoneOf } from './zones.ts';

/** Whether a hairpin rule would match had the packet come in by a zone it names, and the packet would go back as it came. */
export function hairpinMatches(rule: Rule, journey: Journey): boolean {
  const { translation } = rule;
  if (translation?.kind !== 'dnat' || !translation.hairpin || journey.inZone === undefined) return false;
  const { family, destination } = journey.packet;
  if (!namedZones(rule.condition).some((zone) => holdsFrom(zone, rule.condition, journey))) return false;
  const range = rangeOf(translation.target, family, destination ?? 0n, journey.rows, translation.random);
  return range !== undefined && comesBack(journey, range.low);
}

/** Whether a packet to `destination` leaves by the zone it came in by. */
export function comesBack(journey: Journey, destination: bigint): boolean {
  const { environment, policy, inZone } = journey;
  const route = routeTo(environment, journey.packet.family, destination, journey.in);
  return (
    route.kind === 'forward' && inZone !== undefined && zoneOf(policy, environment, route.out)?.name === inZone.name
  );
}

function holdsFrom(zone: Zone, condition: Condition, journey: Journey): boolean {
  const actual = journey.inZone;
  journey.inZone = zone;
  const answer = holds(condition, journey);
  journey.inZone = actual;
  return answer;
}

function namedZones(condition: Condition): readonly Zone[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(namedZones);
    case 'not':
      return namedZones(condition.of);
    case 'zone':
      return condition.field === 'in' ? condition.zones : [];
    default:
      return [];
  }
}
