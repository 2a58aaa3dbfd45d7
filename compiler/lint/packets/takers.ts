/** Which rules before a refusal allow some of its packets. */
import type { Family, ProgramRule } from '../../4-program/program.ts';
import { hasBeyond, meets } from '../../6-plan/regions/region.ts';
import { familiesOf } from '../../6-plan/regions/rule-regions.ts';
import { isAllow, mayBeginFlow } from '../rule-atoms.ts';
import { keyOf, ruleOf } from './entries.ts';
import type { PlacedEntry } from './policy-coverage.ts';
import type { StageCoverage } from './stage-coverage.ts';

/** Of a rule for many rows, so many are looked at. */
const MOST_ENTRIES = 64;

/** Up to `most` rules before that allow some packets of a rule, and others: packets that come to them. */
export function takersOf(entries: readonly PlacedEntry[], most: number): readonly ProgramRule[] {
  const takers = new Map<string, ProgramRule>();
  for (const one of entries.slice(0, MOST_ENTRIES)) {
    addTakers(one, takers, most);
    if (takers.size === most) break;
  }
  return [...takers.values()];
}

function addTakers({ coverage, entry }: PlacedEntry, takers: Map<string, ProgramRule>, most: number): void {
  const families = familiesOf(ruleOf(coverage.entries, entry));
  coverage.someKeeper(entry, (keeper) => {
    const rule = ruleOf(coverage.entries, keeper);
    if (!isAllow(rule) || !mayBeginFlow(rule) || rule.origin.span.source.path.startsWith('std.')) return false;
    if (families.some((family) => isTaker(coverage, keeper, entry, family))) takers.set(keyOf(rule.origin), rule);
    return takers.size === most;
  });
}

/** Whether an entry takes packets from another, and is for others, too. */
function isTaker(coverage: StageCoverage, keeper: number, entry: number, family: Family): boolean {
  const own = coverage.regions.of(entry, family);
  const theirs = coverage.regions.of(keeper, family);
  if (!own || !theirs?.isExact || !meets(own.region, theirs.region)) return false;
  return hasBeyond(theirs.region, own.region) && coverage.takes(keeper, entry, family);
}
