import type { Family, ProgramRule } from '../../4-program/program.ts';
import { hasBeyond, meets } from '../../6-plan/regions/region.ts';
import { familiesOf } from '../../6-plan/regions/rule-regions.ts';
import { keyOf, ruleOf } from '../packets/entries.ts';
import { sourceRulesOf, type PlacedEntry } from '../packets/policy-coverage.ts';
import type { StageCoverage } from '../packets/stage-coverage.ts';
import { isAllow, isRefusal, mayBeginFlow } from '../rule-atoms.ts';
import type { LintRule } from '../rule.ts';

export const partlyCovered: LintRule = {
  code: 'SL1402',
  name: 'partly-covered',
  group: 'reach',
  severity: 'warning',
  title: 'a refusal that an `allow` before it has taken packets from',
  finds: `A \`drop\` or \`reject\` that does not refuse all that it says, since a rule before it allows some of it, and that rule is no
exception to it: it is for other packets, too. It is told where a packet is found that comes to the \`allow\` and that the later rule
says is refused; up to 64 rules before are looked at. An \`allow\`
that is for nothing but packets of the refusal is an exception, and exceptions stand first; a refusal before an \`allow\` lets
less through, and not more, so it is left alone. So is an \`allow\` for flows that were let through before (\`state established,
related\`).`,
  matters: 'Who reads the refusal believes that such packets do not pass. Some do.',
  remedy: 'Put the refusal first, or say in the `allow` what it is not for.',
  bad: `filter forward default drop {
  allow from 10.0.0.0/8
  drop tcp/25
}
`,
  good: `filter forward stateless default drop {
  allow state established, related
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
      const takers = takersOf(entries);
      if (takers.length === 0) continue;
      const labels = takers.map((taker) => ({
        span: taker.origin.span,
        text: 'allows some of its packets, and others',
      }));
      const who = takers.length === 1 ? 'a rule before it allows' : 'rules before it allow';
      yield { span: origin.span, message: `this does not refuse all that it says: ${who} some of it`, labels };
    }
  },
};

const MOST_LABELS = 3;
/** Of a rule for many rows, so many are looked at. */
const MOST_ENTRIES = 64;
/** So many rules before are looked at. */
const MOST_BEFORE = 64;

/** The first rules before that allow some packets of a rule, and others. */
function takersOf(entries: readonly PlacedEntry[]): readonly ProgramRule[] {
  const takers = new Map<string, ProgramRule>();
  for (const one of entries.slice(0, MOST_ENTRIES)) {
    for (const rule of takersOfEntry(one)) {
      takers.set(keyOf(rule.origin), rule);
      if (takers.size === MOST_LABELS) return [...takers.values()];
    }
  }
  return [...takers.values()];
}

function takersOfEntry({ coverage, entry }: PlacedEntry): ProgramRule[] {
  const families = familiesOf(ruleOf(coverage.entries, entry));
  const takers: ProgramRule[] = [];
  let looked = 0;
  coverage.someKeeper(entry, (keeper) => {
    const rule = ruleOf(coverage.entries, keeper);
    if (!isAllow(rule) || !mayBeginFlow(rule) || rule.origin.span.source.path.startsWith('std.')) return false;
    if (families.some((family) => isTaker(coverage, keeper, entry, family))) takers.push(rule);
    return ++looked === MOST_BEFORE || takers.length === MOST_LABELS;
  });
  return takers;
}

/** Whether an entry takes packets from another, and is for others, too. */
function isTaker(coverage: StageCoverage, keeper: number, entry: number, family: Family): boolean {
  const own = coverage.regions.of(entry, family);
  const theirs = coverage.regions.of(keeper, family);
  if (!own || !theirs?.isExact || !meets(own.region, theirs.region)) return false;
  return hasBeyond(theirs.region, own.region) && coverage.takes(keeper, entry, family);
}
