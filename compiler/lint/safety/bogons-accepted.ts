import { formatIpv4, formatIpv6, parseIpv4Prefix } from '../../net/address.ts';
import { outsideZones } from '../outside-zones.ts';
import { opensTo } from '../opens-to.ts';
import { refusedSources } from '../refused-sources.ts';
import type { LintRule } from '../rule.ts';

/** One address of each block that no sender on the internet has (RFC 6890); private ones are what many providers use. */
const BOGONS = {
  4: ['0.1.2.3', '127.0.0.1', '169.254.1.1', '192.0.2.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1'].map(
    (text) => parseIpv4Prefix(`${text}/32`)!.address,
  ),
  6: [1n, 0xffffc0000201n, 0x20010db8n << 96n, 0xff02n << 112n],
} as const;

export const bogonsAccepted: LintRule = {
  code: 'SL1414',
  name: 'bogons-accepted',
  group: 'safety',
  severity: 'note',
  title: 'senders that there cannot be, from outside',
  finds: `An outside zone by which packets may come in whose source is no address of the internet (loopback, documentation, multicast,
class E and their like; RFC 6890), while some rule allows packets from outside whatever their source. Private addresses are not
held against anybody: many providers number their routers so.`,
  matters: 'No answer ever reaches such a sender: the packets are forged, or a network is broken.',
  remedy:
    'Drop what the standard library calls so: `use std.bogons (martians)`, `mitigate in uplink { drop from martians }`.',
  bad: `zone uplink = eth0
filter input default drop {
  allow in uplink tcp/443
}
`,
  good: `use std.bogons (martians)
zone uplink = eth0
mitigate in uplink {
  drop from martians
}
filter input default drop {
  allow in uplink tcp/443
}
`,
  *run(context) {
    for (const zone of outsideZones(context)) {
      const open = opensTo(context, zone.name);
      if (!open) continue;
      const accepted = ([4, 6] as const).flatMap((family) => {
        const refused = refusedSources(context, zone.name, family);
        const left = BOGONS[family].filter((address) => !refused.contains(address));
        return left.length < BOGONS[family].length / 2 ? [] : left.map((address) => textOf(address));
      });
      if (accepted.length === 0) continue;
      const named = accepted.slice(0, MOST_NAMED).join(', ');
      yield {
        span: zone.span,
        message: `packets may come in by \`${zone.name}\` from ${named}, which no sender on the internet has`,
        labels: [{ span: open.origin.span, text: 'allows packets from any source' }],
        hint: '`mitigate in ZONE { drop from martians }` with `use std.bogons (martians)` refuses them.',
      };
    }
  },
};

const MOST_NAMED = 3;

function textOf(address: number | bigint): string {
  return typeof address === 'number' ? formatIpv4(address) : formatIpv6(address);
}
