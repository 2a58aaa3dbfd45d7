/**
 * Blocks of `mangle` before a filter that do nothing but change packets: of those that the filter then drops nobody sees the change, so a
 * NIC may drop them before it, if it asks nothing that has been changed.
 */
import type { Condition } from '../../compiler/model/condition.ts';
import type { GatedEffect, MangleBlock, Policy, Rule, RuleItem } from '../../compiler/model/index.ts';
import type { FilterId } from './why-filter-up.ts';

/** The blocks that packets go through before the filter. */
export function manglesBefore(id: FilterId, { mangles }: Policy): readonly MangleBlock[] {
  const own = id === 'filter input' ? mangles.input : mangles.forward;
  return [mangles.prerouting, own].filter((block) => block !== undefined);
}

/** Whether the block counts, logs, remembers, limits and decides nothing, and sets no marks, by which packets are routed. */
export function changesUnseen({ body }: MangleBlock): boolean {
  return rulesIn(body).every(isUnseen);
}

/** Whether packets may have another DSCP when the filter sees them. */
export function setsDscpBefore(id: FilterId, policy: Policy): boolean {
  const rules = manglesBefore(id, policy).flatMap(({ body }) => rulesIn(body));
  return rules.some(({ effects }) => effects.some(({ effect }) => effect.kind === 'dscp set'));
}

function rulesIn(items: readonly RuleItem[]): readonly Rule[] {
  return items.flatMap((item) => (item.kind === 'rule' ? [item] : rulesIn(item.body)));
}

function isUnseen({ condition, gates, effects, verdict, translation }: Rule): boolean {
  const decides = (verdict !== undefined && verdict.kind !== 'leave') || translation !== undefined;
  return !decides && gates.length === 0 && isPlain(condition) && effects.every(isUnseenEffect);
}

function isUnseenEffect({ effect, condition, gates }: GatedEffect): boolean {
  return (effect.kind === 'dscp set' || effect.kind === 'mss') && gates.length === 0 && isPlain(condition);
}

/** It asks for nothing that asking might change. */
function isPlain(condition: Condition): boolean {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.every(isPlain);
    case 'not':
      return isPlain(condition.of);
    default:
      return condition.kind !== 'memory' && condition.kind !== 'opaque';
  }
}
