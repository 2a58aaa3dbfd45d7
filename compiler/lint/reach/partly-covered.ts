import { ruleOf } from '../packets/entries.ts';
import { sourceRulesOf } from '../packets/policy-coverage.ts';
import { takersOf } from '../packets/takers.ts';
import { isRefusal } from '../rule-atoms.ts';
import type { LintRule } from '../rule.ts';

export const partlyCovered: LintRule = {
  code: 'SL1402',
  name: 'partly-covered',
  group: 'reach',
  severity: 'warning',
  title: 'a refusal that an `allow` before it has taken packets from',
  finds: `A \`drop\` or \`reject\` that does not refuse all that it says, since a rule before it allows some of it, and that rule is no
exception to it: it is for other packets, too. It is told of packets that come to the \`allow\` and that the later rule says are
refused, over all packets; of a rule for many rows, the first 64 are looked at, and rules that ask what no field of a packet answers
(memories, times) are left out. An \`allow\` that is for nothing but packets of the refusal is an exception, and exceptions stand
first; a refusal before an \`allow\` lets less through, and not more, so it is left alone. So is an \`allow\` for flows that were let
through before (\`state established, related\`).`,
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
      const takers = takersOf(entries, MOST_LABELS);
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

/** So many are named. */
const MOST_LABELS = 3;
