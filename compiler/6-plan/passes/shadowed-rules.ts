import type { Family, ProgramRule } from '../../4-program/program.ts';
import { isCovered } from '../regions/cover.ts';
import { ends, familiesOf, RuleRegions } from '../regions/rule-regions.ts';
import { mapRules, type Pass } from './pass.ts';

export const shadowedRules: Pass = {
  name: 'shadowed-rules',
  description: `A rule that no packet reaches goes: rules before it decide about all packets that it is for, one of them or several
together. Its packets are a product of what it asks of each field; what the earlier rules leave of that is worked out exactly,
and the rule goes only if nothing is left. What it would have counted, logged or written happened for no packet, so nothing
else changes. Earlier rules with limits, or with clauses that no field of the packet answers, cover nothing; a rule of which
too many pieces are left stays.`,
  run: (node) => mapRules(node, (rules) => ({ kind: 'rules', rules: reached(rules) })),
};

function reached(rules: readonly ProgramRule[]): readonly ProgramRule[] {
  if (!rules.slice(0, -1).some(ends)) return rules;
  const regions = new RuleRegions(rules);
  const isKept = (rule: ProgramRule, number: number) =>
    !familiesOf(rule).every((family) => isReachedByNone(number, family, regions));
  // One that goes is covered by what covered it, so it covers nothing that others would not.
  return rules.filter(isKept);
}

/** Whether the rules before it leave it no packet of the family. */
function isReachedByNone(number: number, family: Family, regions: RuleRegions): boolean {
  const own = regions.of(number, family);
  if (!own) return true;
  if (regions.isInOneBefore(number, family)) return true;
  const earlier = regions.neighbours(number)?.filter((other) => other < number && regions.ends(other));
  if (!earlier || !regions.mayCover(number, earlier)) return false;
  const covers = earlier.flatMap((other) => {
    const cover = regions.of(other, family);
    return cover?.isExact ? [cover.region] : [];
  });
  return isCovered(own.region, covers);
}
