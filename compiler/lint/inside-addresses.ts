/** The addresses of the inside, as far as rules name them. */
import type { Family } from '../4-program/program.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { LintContext } from './context.ts';
import { outsideZones } from './outside-zones.ts';
import { ownRules } from './own-rules.ts';
import { addressesAt, zonesOf } from './rule-atoms.ts';

/** Shorter prefixes are no network of anybody's. */
const WIDEST = { 4: 8, 6: 16 } as const;

/** What rules name as the source of packets that come in by inside zones, or that a source NAT translates. */
export function insideAddresses(context: LintContext, family: Family): IntervalSet {
  const outside = new Set(outsideZones(context).map(({ name }) => name));
  const width = family === 4 ? 32 : 128;
  const most = 1n << BigInt(width - WIDEST[family]);
  const sets = ownRules(context).flatMap(({ stage, rule }) => {
    const zones = zonesOf(rule, 'in');
    const isInside = zones !== undefined && ![...zones].some((name) => outside.has(name));
    const isTranslated = stage.id === 'source nat' && rule.decision?.kind === 'translation';
    if (!isInside && !isTranslated) return [];
    const set = addressesAt(rule, 'source', family);
    return set && !set.isEmpty() && set.size() <= most ? [set] : [];
  });
  return IntervalSet.unionOf(width, sets);
}
