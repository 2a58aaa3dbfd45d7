import { hostLines, numberOf } from '../host-settings.ts';
import type { LintRule } from '../rule.ts';

/** Connections in a bucket, where the table is full. */
const MOST_IN_BUCKET = 4;

export const conntrackHash: LintRule = {
  code: 'SL1462',
  name: 'conntrack-hash',
  group: 'hosts',
  severity: 'warning',
  title: 'a connection table with too few buckets',
  finds: 'A `conntrack` line that allows more than four times as many connections as it has buckets.',
  matters:
    'Each connection stands in two buckets, one for either direction, and each packet walks the list in its bucket. With a full table these lists are long, and so is the way of every packet.',
  remedy: 'Give it as many buckets as connections, or a quarter of that at the least.',
  bad: `filter input default drop { allow tcp/443 }
host edge {
  conntrack max 4000000 buckets 65536
}
`,
  good: `filter input default drop { allow tcp/443 }
host edge {
  conntrack max 4000000 buckets 4194304
}
`,
  *run(context) {
    for (const { span, about, values } of hostLines(context)) {
      const [most, buckets] = ['max', 'buckets'].map((word) => numberOf(values.get(word)));
      if (about !== 'conntrack' || most === undefined || buckets === undefined) continue;
      if (most <= buckets * MOST_IN_BUCKET) continue;
      yield {
        span,
        message: `a full table has ${Math.round((2 * most) / buckets)} entries in each bucket, on average`,
      };
    }
  },
};
