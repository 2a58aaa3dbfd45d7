import { ownRules, oncePerPlace } from '../own-rules.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { outsideZones } from '../outside-zones.ts';
import { coveragesOf } from '../packets/policy-coverage.ts';
import { ruleOf } from '../packets/entries.ts';
import { translatedRegion } from '../translated-region.ts';
import { addressesAt, isAllow, zonesOf } from '../rule-atoms.ts';
import type { LintContext } from '../context.ts';
import type { LintRule } from '../rule.ts';

/** RFC 1918. */
const PRIVATE = IntervalSet.fromIntervals(32, [
  [0x0a00_0000, 0x0aff_ffff],
  [0xac10_0000, 0xac1f_ffff],
  [0xc0a8_0000, 0xc0a8_ffff],
]);

export const allowWithoutNat: LintRule = {
  code: 'SL1407',
  name: 'allow-without-nat',
  group: 'reach',
  severity: 'warning',
  title: 'an `allow` from outside to private addresses that no NAT leads to',
  finds: `An \`allow\` in \`filter forward\` for packets that come in by an outside zone to private IPv4 addresses (RFC 1918) alone, where the
policy translates and no \`dnat\` leads to any of these addresses.`,
  matters:
    'No packet from outside has such a destination unless it was translated: the rule waits for traffic that never comes.',
  remedy: 'Add the `dnat`, or remove the rule.',
  bad: `zone uplink = eth0
nat {
  masquerade ipv4 out uplink
  dnat in uplink to 192.0.2.1 tcp/443 -> 10.0.0.9
}
filter forward default drop {
  allow in uplink to 10.0.0.9 tcp/443
  allow in uplink to 10.0.0.10 tcp/25
}
`,
  good: `zone uplink = eth0
nat {
  masquerade ipv4 out uplink
  dnat in uplink to 192.0.2.1 tcp/443 -> 10.0.0.9
}
filter forward default drop {
  allow in uplink to 10.0.0.9 tcp/443
}
`,
  *run(context) {
    if (!context.stage('source nat') && !context.stage('destination nat')) return;
    const outside = new Set(outsideZones(context).map(({ name }) => name));
    const led = ledTo(context);
    if (!led) return;
    const waiting = ownRules(context).filter(({ stage, rule }) => {
      const zones = zonesOf(rule, 'in');
      if (stage.id !== 'filter forward' || !isAllow(rule) || !zones || ![...zones].every((zone) => outside.has(zone))) {
        return false;
      }
      const set = addressesAt(rule, 'destination', 4);
      return set !== undefined && !set.isEmpty() && set.isSubsetOf(PRIVATE) && !set.intersects(led);
    });
    for (const { rule } of oncePerPlace(waiting)) {
      yield {
        span: rule.origin.span,
        message: 'no packet from outside has such a destination, and no `dnat` leads there',
      };
    }
  },
};

/** The IPv4 addresses that destination NATs lead to; undefined where that is not known. */
function ledTo(context: LintContext): IntervalSet | undefined {
  const sets: IntervalSet[] = [];
  for (const { entries, regions } of coveragesOf(context)) {
    if (entries.stage.id !== 'destination nat') continue;
    for (let entry = 0; entry < entries.count; entry++) {
      const { decision } = ruleOf(entries, entry);
      const own = regions.of(entry, 4);
      if (decision?.kind !== 'translation' || decision.translation.kind !== 'dnat' || !own) continue;
      if (!decision.translation.target.v4) continue;
      const after = translatedRegion(own.region, decision.translation, entries, entry)?.sides.get('destination/real');
      if (!after) return undefined;
      sets.push(after);
    }
  }
  return IntervalSet.unionOf(32, sets);
}
