import { everyRule } from '../../4-program/every-rule.ts';
import { isRefusal } from '../rule-atoms.ts';
import type { LintRule } from '../rule.ts';

export const openIpv6: LintRule = {
  code: 'SL1411',
  name: 'open-ipv6',
  group: 'safety',
  severity: 'warning',
  title: 'refusals for IPv4 alone, where IPv6 passes',
  finds: 'A filter that allows by default, and of which every rule that refuses something is for IPv4.',
  matters:
    'Hosts that have both families are reached by the other one. Most policies that are this way were written before there was IPv6 on the line.',
  remedy: 'Name the networks of both families, or let the filter drop by default.',
  bad: `filter forward default allow {
  drop to 192.0.2.0/24 tcp/25
}
`,
  good: `filter forward default allow {
  drop to 192.0.2.0/24, 2001:db8:1::/48 tcp/25
}
`,
  *run({ program }) {
    for (const { id, default: verdict, items, origin } of program.stages) {
      if (verdict?.kind !== 'allow') continue;
      const refusals = everyRule(items).filter(isRefusal);
      if (refusals.length === 0 || !refusals.every(({ family }) => family === 4)) continue;
      yield {
        span: origin.span,
        message: `\`${id}\` refuses packets of IPv4 alone: all of IPv6 passes`,
        labels: [{ span: refusals[0]!.origin.span, text: 'is for IPv4' }],
      };
    }
  },
};
