import type { ProgramRule } from '../../4-program/program.ts';
import { intersect, subtract, isPossible } from '../../6-plan/regions/region.ts';
import { familiesOf } from '../../6-plan/regions/rule-regions.ts';
import { keyOf, ruleOf } from '../packets/entries.ts';
import { sourceRulesOf, type PlacedEntry } from '../packets/policy-coverage.ts';
import { isAllow, isRefusal } from '../rule-atoms.ts';
import type { LintRule } from '../rule.ts';

export const partlyCovered: LintRule = {
  code: 'SL1402',
  name: 'partly-covered',
  group: 'reach',
  severity: 'warning',
  title: 'a refusal that an `allow` before it has taken packets from',
  finds: `A \`drop\` or \`reject\` that does not refuse all that it says, since a rule before it allows some of it, and that rule is no
exception to it: it is for other packets, too. Exact: some packet comes to the \`allow\` that the later rule says is refused. An \`allow\`
that is for nothing but packets of the refusal is an exception, and exceptions stand first; a refusal before an \`allow\` lets
less through, and not more, so it is left alone.`,
  matters: 'Who reads the refusal believes that such packets do not pass. Some do.',
  remedy: 'Put the refusal first, or say in the `allow` what it is not for.',
  bad: `filter forward default drop {
  allow from 10.0.0.0/8
  drop tcp/25
}
`,
  good: `filter forward default drop {
  drop tcp/25
  allow from 10.0.0.0/8
}
`,
  *run(context) {
    for (const { origin, reach, entries } of sourceRulesOf(context)) {
      const [first] = entries;
      const rule = first && ruleOf(first.coverage.entries, first.entry);
      // A rule for all packets refuses what is left, and says so; a limit does not say that all is refused.
      if (reach !== 'reached' || !rule || !isRefusal(rule) || rule.atoms.length === 0 || rule.gates.length > 0) {
        continue;
      }
      const takers = new Map(
        entries
          .slice(0, MOST_ENTRIES)
          .flatMap(takersOf)
          .map((taker) => [keyOf(taker.origin), taker]),
      );
      if (takers.size === 0) continue;
      const labels = [...takers.values()].slice(0, MOST_LABELS).map((taker) => ({
        span: taker.origin.span,
        text: 'allows some of its packets, and others',
      }));
      const who = takers.size === 1 ? 'a rule before it' : `${takers.size} rules before it`;
      yield { span: origin.span, message: `this does not refuse all that it says: ${who} allows some of it`, labels };
    }
  },
};

const MOST_LABELS = 3;
/** Of a rule for many rows, so many are looked at. */
const MOST_ENTRIES = 64;
/** So many rules before are looked at. */
const MOST_BEFORE = 256;

/** The rules before that allow some of the entry's packets, and other packets, too. */
function takersOf({ coverage, entry }: PlacedEntry): ProgramRule[] {
  const isOwn = (rule: ProgramRule) => !rule.origin.span.source.path.startsWith('std.');
  const near = coverage.keepersBefore(entry).filter((keeper) => {
    const rule = ruleOf(coverage.entries, keeper);
    return isAllow(rule) && isOwn(rule);
  });
  return near.slice(0, MOST_BEFORE).flatMap((keeper) => {
    const isTaker = familiesOf(ruleOf(coverage.entries, entry)).some((family) => {
      const own = coverage.regions.of(entry, family);
      const theirs = coverage.regions.of(keeper, family);
      if (!own || !theirs?.isExact) return false;
      const common = intersect(own.region, theirs.region);
      if (!common || !isPossible(common)) return false;
      if (!subtract(theirs.region, own.region).some(isPossible)) return false;
      return coverage.takes(keeper, entry, family);
    });
    return isTaker ? [ruleOf(coverage.entries, keeper)] : [];
  });
}
