import { insideAddresses } from '../inside-addresses.ts';
import { outsideZones } from '../outside-zones.ts';
import { refusedSources } from '../refused-sources.ts';
import { opensTo } from '../opens-to.ts';
import type { LintRule } from '../rule.ts';

export const noAntiSpoofing: LintRule = {
  code: 'SL1413',
  name: 'no-anti-spoofing',
  group: 'safety',
  severity: 'warning',
  title: 'our own addresses as senders, from outside',
  finds: `An outside zone by which packets may come in whose source is an address of the inside, while some rule allows packets from
outside whatever their source. Inside addresses are those that rules name as the source of packets that come in by other zones, or
as what a source NAT translates.`,
  matters:
    'Nobody outside has these addresses. Who forges them passes for one of us: in rules that go by address, and in the logs.',
  remedy: 'Drop them first: `mitigate in uplink { drop from martians + users.room }`.',
  bad: `zone uplink = eth0
zone inside = eth1
filter forward default drop {
  allow in inside from 192.0.2.0/24
  allow in uplink to 192.0.2.7 tcp/443
}
`,
  good: `zone uplink = eth0
zone inside = eth1
mitigate in uplink {
  drop from 192.0.2.0/24
}
filter forward default drop {
  allow in inside from 192.0.2.0/24
  allow in uplink to 192.0.2.7 tcp/443
}
`,
  *run(context) {
    for (const zone of outsideZones(context)) {
      const open = opensTo(context, zone.name);
      if (!open) continue;
      for (const family of [4, 6] as const) {
        const left = insideAddresses(context, family).subtract(refusedSources(context, zone.name, family));
        if (left.isEmpty()) continue;
        yield {
          span: zone.span,
          message: `packets of IPv${family} may come in by \`${zone.name}\` with addresses of the inside as their source`,
          labels: [{ span: open.origin.span, text: 'allows packets from any source' }],
        };
      }
    }
  },
};
