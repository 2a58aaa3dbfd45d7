import { ownRules, oncePerPlace } from '../own-rules.ts';
import type { LintRule } from '../rule.ts';

export const logWithoutLimit: LintRule = {
  code: 'SL1418',
  name: 'log-without-limit',
  group: 'safety',
  severity: 'warning',
  title: 'a log that anybody can fill',
  finds:
    'A `log` that is written for every packet (or flow) that meets its rule, without a limit at the rule or at the log.',
  matters:
    'A flood of packets becomes a flood of lines: the disk fills, the machine writes instead of forwarding, and what mattered in the log is gone.',
  remedy: 'Give the log a limit of its own: `and log "smtp" up to 5/second`.',
  bad: `zone uplink = eth0
filter input default drop {
  drop in uplink tcp/23 and log "telnet"
}
`,
  good: `zone uplink = eth0
filter input default drop {
  drop in uplink tcp/23 and log "telnet" up to 5/second
}
`,
  *run(context) {
    const logging = ownRules(context).filter(
      ({ rule }) =>
        rule.gates.length === 0 &&
        rule.effects.some(({ effect, gates }) => effect.kind === 'log' && gates.length === 0),
    );
    for (const { rule } of oncePerPlace(logging)) {
      yield {
        span: rule.origin.span,
        message: 'this logs without a limit',
        hint: 'Add `up to 5/second` behind the log.',
      };
    }
  },
};
