import type { LintRule } from '../rule.ts';

export const malformedSuppression: LintRule = {
  code: 'SL1493',
  name: 'malformed-suppression',
  group: 'upkeep',
  severity: 'error',
  title: 'comment that means to suppress, and does not',
  finds:
    'A comment that begins with `# sluice:` and is no suppression: without a rule that there is, without a last day (`until 2027-01-01`), without a reason in quotes, or before nothing.',
  matters: 'Its author believes that a finding was looked at and kept back. It was not.',
  remedy:
    'Write `# sluice: ignore RULE until YYYY-MM-DD "reason"`; several rules are separated by commas, and `*` stands for all.',
  bad: `filter forward default drop {
  # sluice: ignore unreachable
  allow from 10.1.0.0/16 tcp/80
}
`,
  good: `filter forward default drop {
  # sluice is told to let the office in
  allow from 10.1.0.0/16 tcp/80
}
`,
  // Found where suppressions are read, behind all other rules.
  run: () => [],
};
