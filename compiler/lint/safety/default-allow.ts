import type { LintRule } from '../rule.ts';

export const defaultAllow: LintRule = {
  code: 'SL1415',
  name: 'default-allow',
  group: 'safety',
  severity: 'warning',
  title: 'a filter that lets through what no rule speaks of',
  finds: 'A `filter input` or `filter forward` that says `default allow`. (One that says nothing of it drops.)',
  matters:
    'Each service that is added behind the filter is open until somebody thinks of it, and what a rule forgets is open for good. Neither does such a filter imply the rules of `std.essential`, for it drops nothing.',
  remedy: 'Write `default drop`, and allow what is wanted.',
  bad: `filter forward default allow {
  drop from 192.0.2.0/24 tcp/25
}
`,
  good: `filter forward default drop {
  allow to 192.0.2.0/24 tcp/443
}
`,
  *run({ program, modules }) {
    for (const { id, default: verdict, origin } of program.stages) {
      if ((id !== 'filter input' && id !== 'filter forward') || verdict?.kind !== 'allow') continue;
      if (!modules.some(({ source }) => source === origin.span.source)) continue;
      yield { span: origin.span, message: `\`${id}\` allows what no rule speaks of`, hint: 'Write `default drop`.' };
    }
  },
};
