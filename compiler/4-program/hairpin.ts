/**
 * `hairpin` on a dnat adds the inside path: what the rule says of packets from the zones that it names holds for packets
 * from every zone. (The masquerade of flows that turn back is the plane's.)
 */
import type { Condition, Rule, Zone } from '../model/index.ts';
import type { Atom } from './program.ts';

/** The conjunction of such a rule with the inside path in it; any other rule's as it is. */
export function withInsidePath(atoms: readonly Atom[], rule: Rule, zones: readonly Zone[]): readonly Atom[] {
  if (rule.translation?.kind !== 'dnat' || !rule.translation.hairpin) return atoms;
  const incoming = atoms.filter(isIncoming);
  const named = zonesOf(rule.condition);
  if (incoming.length === 0 || !named.some((zone) => incoming.every((atom) => holdsFor(zone, atom)))) return atoms;
  const fromAnyZone: Atom = { test: { kind: 'zone', field: 'in', zones }, negated: false };
  return [fromAnyZone, ...atoms.filter((atom) => !isIncoming(atom))];
}

function isIncoming({ test }: Atom): boolean {
  return test.kind === 'zone' && test.field === 'in';
}

function holdsFor(zone: Zone, { test, negated }: Atom): boolean {
  return test.kind === 'zone' && test.zones.some(({ name }) => name === zone.name) !== negated;
}

/** The zones that a condition names as ways in. */
function zonesOf(condition: Condition): readonly Zone[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(zonesOf);
    case 'not':
      return zonesOf(condition.of);
    case 'zone':
      return condition.field === 'in' ? condition.zones : [];
    default:
      return [];
  }
}
