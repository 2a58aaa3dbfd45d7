/** The coverage of every stage, and by the policy's own rules what no packet reaches. */
import type { Origin } from '../../model/policy.ts';
import type { LintContext } from '../context.ts';
import { keyOf, ruleOf } from './entries.ts';
import { StageCoverage, type Reach } from './stage-coverage.ts';

/** One entry, and the stage that it is of. */
export interface PlacedEntry {
  readonly coverage: StageCoverage;
  readonly entry: number;
}

/** A rule of the policy: all that it became, in every stage, for each row and at each use of its group. */
export interface SourceRule {
  readonly origin: Origin;
  readonly entries: readonly PlacedEntry[];
  /** `reached` where one of its entries is; `unreached` where packets are for it, and none comes. */
  readonly reach: Reach;
}

export function coveragesOf(context: LintContext): readonly StageCoverage[] {
  return context.once(coveragesOf, () => {
    const { stages, zones } = context.program;
    return stages.map((stage) => new StageCoverage(stage, zones));
  });
}

/** The rules that stand in files of the policy, in the order of stages. */
export function sourceRulesOf(context: LintContext): readonly SourceRule[] {
  return context.once(sourceRulesOf, () => {
    const paths = new Set(context.modules.map(({ source }) => source.path));
    const rules = new Map<string, { readonly origin: Origin; readonly entries: PlacedEntry[]; reach: Reach }>();
    for (const coverage of coveragesOf(context)) {
      const keys = coverage.entries.rules.map(({ origin }) => keyOf(origin));
      for (let entry = 0; entry < coverage.entries.count; entry++) {
        const { origin } = ruleOf(coverage.entries, entry);
        if (!paths.has(origin.span.source.path)) continue;
        const key = keys[coverage.entries.ruleAt[entry]!]!;
        let rule = rules.get(key);
        if (!rule) rules.set(key, (rule = { origin, entries: [], reach: 'none' }));
        rule.entries.push({ coverage, entry });
        rule.reach = joined(rule.reach, coverage.reachOf(entry));
      }
    }
    return [...rules.values()];
  });
}

const STRENGTH: readonly Reach[] = ['none', 'unreached', 'unknown', 'reached'];

function joined(one: Reach, other: Reach): Reach {
  return STRENGTH.indexOf(one) >= STRENGTH.indexOf(other) ? one : other;
}
