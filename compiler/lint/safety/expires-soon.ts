import { startOfDay } from '../../inputs.ts';
import { ownRules, oncePerPlace } from '../own-rules.ts';
import type { LintRule } from '../rule.ts';

const DAY = 86_400_000;
const SOON = 31;

export const expiresSoon: LintRule = {
  code: 'SL1416',
  name: 'expires-soon',
  group: 'safety',
  severity: 'note',
  title: 'a rule that ends within a month',
  finds:
    'A rule with `until` whose last day is at most 31 days ahead. One whose day is over is told by every check: an `allow` as a warning (SL0310), anything else as an error (SL0309).',
  matters: 'On that day what it allows stops, or what it refuses begins, and nobody remembers why.',
  remedy: 'Prolong it, or tell those that it is for.',
  bad: `filter forward default drop {
  allow from 192.0.2.7 tcp/5432 until 2026-06-20
}
`,
  good: `filter forward default drop {
  allow from 192.0.2.7 tcp/5432 until 2027-06-20
}
`,
  *run(context) {
    if (!context.today) return;
    const today = startOfDay(context.today);
    for (const { rule } of oncePerPlace(ownRules(context).filter(({ rule: one }) => endOf(one) !== undefined))) {
      const days = Math.round((endOf(rule)! - today) / DAY);
      if (days > SOON) continue;
      const when = days === 1 ? 'today is its last day' : `it ends in ${days - 1} day${days === 2 ? '' : 's'}`;
      yield { span: rule.origin.span, message: `${when}` };
    }
  },
};

/** When the rule ends, in milliseconds since 1970. */
function endOf({
  atoms,
}: {
  readonly atoms: readonly { readonly test: { readonly kind: string } }[];
}): number | undefined {
  for (const { test } of atoms) if (test.kind === 'until' && 'seconds' in test) return (test.seconds as number) * 1000;
  return undefined;
}
