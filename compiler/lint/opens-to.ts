/** Rules that let packets from outside in, whatever their source. */
import type { ProgramRule } from '../4-program/program.ts';
import type { LintContext } from './context.ts';
import { ownRules } from './own-rules.ts';
import { addressesAt, isAllow, mayComeBy, zonesOf } from './rule-atoms.ts';

/** The first `allow` of a filter that names the zone, or no zone at all, and no source; undefined: there is none. */
export function opensTo(context: LintContext, zone: string): ProgramRule | undefined {
  const found = ownRules(context).find(({ stage, rule }) => {
    if (stage.id !== 'filter input' && stage.id !== 'filter forward') return false;
    if (!isAllow(rule) || !mayComeBy(rule, zone) || zonesOf(rule, 'in') === undefined) return false;
    return ([4, 6] as const).some((family) => addressesAt(rule, 'source', family)?.isFull());
  });
  return found?.rule;
}
