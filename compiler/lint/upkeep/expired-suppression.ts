import type { LintRule } from '../rule.ts';

export const expiredSuppression: LintRule = {
  code: 'SL1491',
  name: 'expired-suppression',
  group: 'upkeep',
  severity: 'warning',
  title: 'suppression that has expired',
  finds: 'A suppression (`# sluice: ignore …`) whose last day is over. What it kept back is told again.',
  matters:
    'Whoever wrote it meant to look at the policy again by that day. A suppression without an end is forgotten, and what it hides with it.',
  remedy: 'Mend what the suppression is about and remove it, or give it a later day.',
  bad: `filter forward default drop {
  allow from 10.0.0.0/8
  # sluice: ignore unreachable until 2026-05-01 "goes with the old office"
  allow from 10.1.0.0/16 tcp/80
}
`,
  good: `filter forward default drop {
  allow from 10.0.0.0/8
  # sluice: ignore unreachable until 2026-12-01 "goes with the old office"
  allow from 10.1.0.0/16 tcp/80
}
`,
  // Found where suppressions are applied, behind all other rules.
  run: () => [],
};
