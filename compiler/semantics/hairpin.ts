/**
 * `hairpin` on a dnat: hosts behind other zones than those that the rule names may call the server by its public address,
 * too. Whoever of them sits behind the server's own zone is masqueraded, so that the answers come back the same way.
 */
import type { Condition } from '../model/condition.ts';
import type { Rule, Zone } from '../model/policy.ts';
import { holds } from './condition.ts';
import type { Journey } from './journey.ts';

/** Whether a hairpin rule would match had the packet come in by a zone that the rule names. */
export function hairpinMatches(rule: Rule, journey: Journey): boolean {
  const { translation } = rule;
  if (translation?.kind !== 'dnat' || !translation.hairpin || journey.inZone === undefined) return false;
  return namedZones(rule.condition).some((zone) => holdsFrom(zone, rule.condition, journey));
}

/** Whether the packet leaves by the zone it came in by. */
export function turnsBack({ inZone, outZone }: Journey): boolean {
  return inZone !== undefined && inZone.name === outZone?.name;
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
