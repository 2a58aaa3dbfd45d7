import { PROBLEMS as PLACE } from '../../5-place/problems.ts';
import type { LintRule } from '../rule.ts';

export const keptOffPlane: LintRule = {
  code: 'SL1451',
  name: 'kept-off-plane',
  group: 'planes',
  severity: 'warning',
  title: 'a rule that keeps its whole block off a faster plane',
  finds:
    'A block that a plane which the target names first cannot carry out, because of one rule, so that the next plane has all of the block.',
  matters: 'Every packet of the block then gets farther into the host before it is judged, for the sake of that rule.',
  remedy: 'Say the rule in another way, or put it into a block of its own that the slower plane has.',
  bad: `zone uplink = eth0
filter input stateless default allow {
  drop in uplink from 192.0.2.0/24
  drop in uplink udp/53 and log "dns" up to 1/second
}
target edge {
  xdp on eth0
  nftables
}
`,
  good: `zone uplink = eth0
mitigate in uplink {
  drop from 192.0.2.0/24
}
filter input default drop {
  allow in uplink tcp/443
}
target edge {
  xdp on eth0
  nftables
}
`,
  *run({ targets }) {
    for (const { placed } of targets) {
      for (const { code, span, message, hint } of placed.diagnostics) {
        if (code === PLACE.passedBy.code && span) yield { span, message, ...(hint === undefined ? {} : { hint }) };
      }
    }
  },
};
