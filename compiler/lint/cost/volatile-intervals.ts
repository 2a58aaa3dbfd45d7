import type { LintRule } from '../rule.ts';

export const volatileIntervals: LintRule = {
  code: 'SL1438',
  name: 'volatile-intervals',
  group: 'cost',
  severity: 'note',
  title: 'a set of intervals that changes often',
  finds:
    'A `volatile` column of prefixes of different lengths, or of ranges of ports: its set is one of intervals, not of single values.',
  matters:
    'The kernel adds an element to a set of intervals by looking at all that it has: measured, 0.9 s for one more in 100,000, against 10 ms in a hash set.',
  remedy:
    'Have prefixes of one length in the column (several columns, where there are several), or leave out `volatile` where changes are rare.',
  bad: `table blocked(net: prefix4 key volatile) = {
  (10.1.0.0/16),
  (10.2.3.0/24)
}
filter forward default allow {
  each b in blocked { drop from b.net }
}
`,
  good: `table blocked(net: prefix4 key volatile) = {
  (10.1.0.0/24),
  (10.2.3.0/24)
}
filter forward default allow {
  each b in blocked { drop from b.net }
}
`,
  *run({ policy }) {
    for (const { name, columns } of policy.tables) {
      for (const column of columns) {
        if (!column.volatile) continue;
        const { data } = column;
        const areIntervals = 'lengths' in data ? new Set(data.lengths).size > 1 : data.store === 'range';
        if (areIntervals) {
          yield {
            span: column.span,
            message: `the values of \`${name}.${column.name}\` are intervals, and change often`,
          };
        }
      }
    }
  },
};
