/** From which addresses nothing comes in by a zone. */
import { everyRule } from '../4-program/every-rule.ts';
import type { Family, ProgramRule, Stage } from '../4-program/program.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { LintContext } from './context.ts';
import { addressesAt, isRefusal, mayComeBy } from './rule-atoms.ts';

/** Sources that some rule refuses whatever else a packet is, before or among the rules of filters. */
export function refusedSources({ program }: LintContext, zone: string, family: Family): IntervalSet {
  const sets = program.stages
    .filter((stage) => isAsked(stage, zone))
    .flatMap(({ items }) => everyRule(items))
    .flatMap((rule) => {
      if (!isRefusal(rule) || rule.gates.length > 0 || !mayComeBy(rule, zone) || !asksForSourceAlone(rule)) return [];
      const set = addressesAt(rule, 'source', family);
      return set ? [set] : [];
    });
  return IntervalSet.unionOf(family === 4 ? 32 : 128, sets);
}

function isAsked({ id, zones }: Stage, zone: string): boolean {
  if (id === 'mitigate') return zones === undefined || zones.some(({ name }) => name === zone);
  return id === 'raw' || id === 'filter input' || id === 'filter forward';
}

function asksForSourceAlone({ atoms }: ProgramRule): boolean {
  return atoms.every(({ test }) => {
    if (test.kind === 'zone') return test.field === 'in';
    return test.kind === 'address' && test.field === 'source';
  });
}
