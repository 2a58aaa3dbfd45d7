import type { LintRule } from '../rule.ts';

export const unusedSuppression: LintRule = {
  code: 'SL1492',
  name: 'unused-suppression',
  group: 'upkeep',
  severity: 'warning',
  title: 'suppression of nothing',
  finds: 'A suppression (`# sluice: ignore …`) of a rule that finds nothing in what the suppression stands before.',
  matters: 'It would keep back the next finding there, which nobody has looked at.',
  remedy: 'Remove the comment.',
  bad: `filter forward default drop {
  # sluice: ignore unreachable until 2026-12-01 "goes with the old office"
  allow from 10.1.0.0/16 tcp/80
}
`,
  good: `filter forward default drop {
  allow from 10.1.0.0/16 tcp/80
}
`,
  // Found where suppressions are applied, behind all other rules.
  run: () => [],
};
