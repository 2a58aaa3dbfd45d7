/**
 * `hairpin` on a dnat adds the inside path: the rule also speaks for packets that came in by a zone that it does not
 * name, where they would leave by the zone they came in by. (The masquerade that such flows get is the plane's.)
 */
import type { Condition, Rule, Zone } from '../model/index.ts';
import type { Atom, Decision, ProgramRule } from './program.ts';

/** The further rule for packets that turn back; undefined where the rule has none, or says everything already. */
export function hairpinPath(ordinary: ProgramRule, rule: Rule): ProgramRule | undefined {
  const { decision, atoms } = ordinary;
  if (decision?.kind !== 'translation' || decision.translation.kind !== 'dnat' || !decision.translation.hairpin) {
    return undefined;
  }
  const isIncoming = (atom: Atom): boolean => atom.test.kind === 'zone' && atom.test.field === 'in';
  const incoming = atoms.filter(isIncoming);
  const named = zonesOf(rule.condition);
  if (incoming.length === 0 || !named.some((zone) => incoming.every((atom) => holdsFor(zone, atom)))) return undefined;
  const others = atoms.filter((atom) => !isIncoming(atom));
  // Who came in by a zone that the rule names has met it already.
  const elsewhere = incoming.length === 1 ? incoming.map((atom) => ({ ...atom, negated: !atom.negated })) : [];
  const turning: Decision = { ...decision, turnsBack: true };
  return { ...ordinary, atoms: [...elsewhere, ...others], decision: turning };
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
