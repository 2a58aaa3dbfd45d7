import { ownRules, oncePerPlace } from '../own-rules.ts';
import { asks, isAllow } from '../rule-atoms.ts';
import type { LintRule } from '../rule.ts';

export const eachPacketAllow: LintRule = {
  code: 'SL1433',
  name: 'each-packet-allow',
  group: 'cost',
  severity: 'warning',
  title: 'an `each packet` rule that every packet pays for, and that flows could do',
  finds:
    'An `each packet allow` in a stateful filter that asks for nothing which tells packets of one flow apart: no limit, no length, TTL, TCP flags or state.',
  matters:
    'Rules for each packet are asked of every packet of every flow, before the table of flows is. A rule for flows lets the same packets through, and is asked once for each flow.',
  remedy: 'Leave out `each packet`.',
  bad: `filter forward default drop {
  each packet allow to 192.0.2.0/24 tcp/443
}
`,
  good: `filter forward default drop {
  allow to 192.0.2.0/24 tcp/443
}
`,
  *run(context) {
    const dear = ownRules(context).filter(({ stage, rule }) => {
      if (!stage.stateful || !rule.eachPacket || !isAllow(rule) || rule.gates.length > 0) return false;
      return rule.effects.length === 0 && !asks(rule, 'state', 'tcp flags', 'length', 'ttl', 'dscp', 'mark');
    });
    for (const { rule } of oncePerPlace(dear)) {
      yield {
        span: rule.origin.span,
        message: 'every packet pays for this, and a rule for flows lets the same through',
      };
    }
  },
};
