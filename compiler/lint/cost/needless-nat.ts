import { outsideZones } from '../outside-zones.ts';
import { ownRules, oncePerPlace } from '../own-rules.ts';
import { zonesOf } from '../rule-atoms.ts';
import type { LintRule } from '../rule.ts';

export const needlessNat: LintRule = {
  code: 'SL1437',
  name: 'needless-nat',
  group: 'cost',
  severity: 'warning',
  title: 'a source NAT on ways that need none',
  finds:
    'A `snat` or `masquerade` that names no way out, in a policy with an outside zone and others: packets between inside zones are translated, too.',
  matters:
    'Hosts inside see the router where the sender was: rules by address, counters and logs all mean the router. And each such flow pays for a translation that nobody needs.',
  remedy: 'Say where it is needed: `out uplink`.',
  bad: `zone uplink = eth0
zone inside = eth1
zone servers = eth2
nat {
  snat from 10.0.0.0/8 -> 192.0.2.1
}
filter forward default drop {
  allow in inside out uplink, servers
}
`,
  good: `zone uplink = eth0
zone inside = eth1
zone servers = eth2
nat {
  snat from 10.0.0.0/8 out uplink -> 192.0.2.1
}
filter forward default drop {
  allow in inside out uplink, servers
}
`,
  *run(context) {
    const outside = outsideZones(context);
    const hasOthers = context.program.zones.length - outside.length >= 2;
    if (outside.length === 0 || !hasOthers) return;
    const anywhere = ownRules(context).filter(({ stage, rule }) => {
      const isSource = stage.id === 'source nat' && rule.decision?.kind === 'translation';
      const asksForWay = rule.atoms.some(
        ({ test }) => (test.kind === 'zone' && test.field === 'out') || test.kind === 'opaque',
      );
      const asksForEnd = rule.atoms.some(({ test }) => test.kind === 'address' && test.field === 'destination');
      return isSource && zonesOf(rule, 'out') === undefined && !asksForWay && !asksForEnd;
    });
    for (const { rule } of oncePerPlace(anywhere)) {
      const names = outside.map(({ name }) => name).join(', ');
      yield {
        span: rule.origin.span,
        message: 'this translates packets between inside zones, too',
        hint: `Add \`out ${names}\`.`,
      };
    }
  },
};
