import { ownRules, oncePerPlace } from '../own-rules.ts';
import { addressesAt } from '../rule-atoms.ts';
import type { LintRule } from '../rule.ts';

export const limitWithoutKey: LintRule = {
  code: 'SL1417',
  name: 'limit-without-key',
  group: 'safety',
  severity: 'warning',
  title: 'one limit for everybody',
  finds:
    'A rule that decides by a rate, for packets from any address, with one bucket for all of them: `up to 10/second` without `per`.',
  matters:
    'One sender uses up the bucket, and with it the turn of all others: the limit that was to keep a service up is what takes it down.',
  remedy: 'Say for whom each bucket is: `per source`, `per source/24`, `per destination`.',
  bad: `filter input default drop {
  allow icmp echo-request up to 50/second
}
`,
  good: `filter input default drop {
  allow icmp echo-request up to 50/second per source
}
`,
  *run(context) {
    const limited = ownRules(context).filter(({ rule }) => {
      const isShared = rule.gates.some(
        (gate) => gate.kind === 'rate' && gate.per.length === 0 && gate.rows.length === 0,
      );
      const isFromAny = ([4, 6] as const).some((family) => addressesAt(rule, 'source', family)?.isFull());
      return isShared && rule.decision?.kind === 'verdict' && isFromAny;
    });
    for (const { rule } of oncePerPlace(limited)) {
      const span = rule.gates.find((gate) => gate.kind === 'rate' && gate.per.length === 0)!.span;
      yield {
        span,
        message: 'all senders share one bucket: whoever fills it takes the turn of all others',
        hint: 'Add `per source`, or another key.',
      };
    }
  },
};
