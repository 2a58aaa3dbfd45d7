import type { Family } from '../../4-program/program.ts';
import type { Region } from '../../6-plan/regions/region.ts';
import type { Translation } from '../../model/policy.ts';
import { ruleOf } from '../packets/entries.ts';
import { sourceRulesOf, coveragesOf, type PlacedEntry } from '../packets/policy-coverage.ts';
import type { StageCoverage } from '../packets/stage-coverage.ts';
import { isRefusal } from '../rule-atoms.ts';
import { translatedRegion } from '../translated-region.ts';
import type { LintRule } from '../rule.ts';

export const natDropped: LintRule = {
  code: 'SL1406',
  name: 'nat-dropped',
  group: 'reach',
  severity: 'warning',
  title: 'a destination NAT whose traffic the filter refuses',
  finds: `A \`dnat\` (or rows of it) of which no packet, as it is after the translation, meets any rule of \`filter forward\` that lets
something through, while the filter refuses by default. The filter sees real addresses and ports: those behind the translation.`,
  matters:
    'The port is translated and then refused: a forwarding that does not forward. Mostly a filter that names the public address.',
  remedy: 'Allow the real address and port in `filter forward`.',
  bad: `zone uplink = eth0
nat {
  dnat in uplink to 192.0.2.1 tcp/8443 -> 10.0.0.9:443
}
filter forward default drop {
  allow in uplink to 10.0.0.9 tcp/8443
}
`,
  good: `zone uplink = eth0
nat {
  dnat in uplink to 192.0.2.1 tcp/8443 -> 10.0.0.9:443
}
filter forward default drop {
  allow in uplink to 10.0.0.9 tcp/443
}
`,
  *run(context) {
    const filter = coveragesOf(context).find(({ entries }) => entries.stage.id === 'filter forward');
    const { default: verdict } = filter?.entries.stage ?? {};
    if (!filter || verdict === undefined || verdict.kind === 'allow') return;
    for (const { origin, entries } of sourceRulesOf(context)) {
      const translating = entries.filter((one) => targetsOf(one) !== undefined);
      if (translating.length === 0) continue;
      const refused = translating.filter((one) => isRefused(one, filter));
      if (refused.length === 0) continue;
      const which =
        refused.length === translating.length
          ? 'what this translates'
          : `${refused.length} of ${translating.length} rows of this`;
      const verb = refused.length === translating.length ? 'is' : 'are';
      yield {
        span: origin.span,
        message: `${which} ${verb} refused: no rule of \`filter forward\` lets through what comes out`,
        labels: [{ span: filter.entries.stage.origin.span, text: 'refuses by default' }],
      };
    }
  },
};

/** The translation of an entry that changes destinations to those of other hosts. */
function targetsOf({ coverage, entry }: PlacedEntry): Extract<Translation, { readonly kind: 'dnat' }> | undefined {
  if (coverage.entries.stage.id !== 'destination nat') return undefined;
  const { decision } = ruleOf(coverage.entries, entry);
  if (decision?.kind !== 'translation' || decision.translation.kind !== 'dnat') return undefined;
  return decision.translation;
}

function isRefused(one: PlacedEntry, filter: StageCoverage): boolean {
  const translation = targetsOf(one)!;
  const regions = ([4, 6] as const).flatMap((family: Family): Region[] => {
    const own = one.coverage.regions.of(one.entry, family);
    if (!own) return [];
    const after = translatedRegion(own.region, translation, one.coverage.entries, one.entry);
    return after === undefined ? [] : [after];
  });
  if (regions.length === 0) return false;
  const letsThrough = (entry: number) => {
    const rule = ruleOf(filter.entries, entry);
    return rule.decision !== undefined && !isRefusal(rule);
  };
  return regions.every((region) => !filter.walk.someMeeting(region, letsThrough));
}
