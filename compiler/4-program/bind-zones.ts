/** A target may bind zones to other interfaces than the policy does: its rules then speak of those. */
import type { Condition, Rule, Zone } from '../model/index.ts';

export type ZoneBinding = (zone: Zone) => Zone;

/** The rule with every zone in it as `bind` gives it. A condition that stands in it twice stays one and the same. */
export function bindZones(rule: Rule, bind: ZoneBinding): Rule {
  const bound = new Map<Condition, Condition>();
  const bindOnce = (condition: Condition): Condition => {
    const known = bound.get(condition);
    if (known) return known;
    const made = bindCondition(condition, bind, bindOnce);
    bound.set(condition, made);
    return made;
  };
  return {
    ...rule,
    condition: bindOnce(rule.condition),
    effects: rule.effects.map((effect) => ({ ...effect, condition: bindOnce(effect.condition) })),
  };
}

function bindCondition(condition: Condition, bind: ZoneBinding, inner: (part: Condition) => Condition): Condition {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { ...condition, of: condition.of.map(inner) };
    case 'not':
      return { ...condition, of: inner(condition.of) };
    case 'zone':
      return { ...condition, zones: condition.zones.map(bind) };
    case 'address of zone':
      return { ...condition, zone: bind(condition.zone) };
    default:
      return condition;
  }
}
