import { outsideZones } from '../outside-zones.ts';
import { ownRules, oncePerPlace } from '../own-rules.ts';
import { zonesOf } from '../rule-atoms.ts';
import type { LintRule } from '../rule.ts';

export const rejectToOutside: LintRule = {
  code: 'SL1420',
  name: 'reject-to-outside',
  group: 'safety',
  severity: 'note',
  title: 'answers to whoever claims to be the sender',
  finds: 'A `reject` without a limit for packets that come in by an outside zone.',
  matters:
    'Each packet costs an answer, and the answer goes to the address that the packet claims to be from: with forged senders, the host sends its answers to a victim.',
  remedy: 'Drop them, or put a limit on the `reject` with a `drop` behind it.',
  bad: `zone uplink = eth0
filter input default drop {
  reject in uplink tcp/113
}
`,
  good: `zone uplink = eth0
filter input default drop {
  reject in uplink tcp/113 up to 10/second per source
}
`,
  *run(context) {
    const names = new Set(outsideZones(context).map(({ name }) => name));
    const answering = ownRules(context).filter(({ rule }) => {
      const isReject = rule.decision?.kind === 'verdict' && rule.decision.verdict.kind === 'reject';
      return isReject && rule.gates.length === 0 && [...(zonesOf(rule, 'in') ?? [])].some((name) => names.has(name));
    });
    for (const { rule } of oncePerPlace(answering)) {
      yield { span: rule.origin.span, message: 'each packet from outside is answered, whoever it claims to be from' };
    }
  },
};
