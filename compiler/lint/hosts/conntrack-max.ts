import { hostLines, numberOf } from '../host-settings.ts';
import { ownRules } from '../own-rules.ts';
import type { LintRule } from '../rule.ts';

export const conntrackMax: LintRule = {
  code: 'SL1463',
  name: 'conntrack-max',
  group: 'hosts',
  severity: 'warning',
  title: "a connection table smaller than the policy's own numbers",
  finds:
    'A `conntrack max` below what the policy lets one sender have: the number of a `connections` clause, times the rows of the table that it is in.',
  matters:
    'The table is full before the limit is reached: the sender that was to be held back takes the connections of all.',
  remedy: 'Raise `conntrack max`, or lower the limit.',
  bad: `filter forward default drop {
  drop over 500000 connections per source
  allow to 192.0.2.0/24 tcp/443
}
host edge {
  conntrack max 262144
}
`,
  good: `filter forward default drop {
  drop over 1000 connections per source
  allow to 192.0.2.0/24 tcp/443
}
host edge {
  conntrack max 262144
}
`,
  *run(context) {
    for (const { span, about, values } of hostLines(context)) {
      const most = numberOf(values.get('max'));
      if (about !== 'conntrack' || most === undefined) continue;
      for (const { rule } of ownRules(context)) {
        for (const gate of rule.gates) {
          if (gate.kind !== 'connections') continue;
          const allowed = gate.rows.reduce((product, { table }) => product * table.rowCount, gate.count);
          if (allowed <= most) continue;
          yield {
            span,
            message: `the table has room for ${most.toLocaleString('en')} connections, and a rule allows ${allowed.toLocaleString('en')}`,
            labels: [{ span: gate.span, text: 'this limit is never reached' }],
          };
        }
      }
    }
  },
};
