/** Random policies of `mitigate` for a target that runs XDP on all their interfaces. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { without, type Features } from './features.ts';
import { joined, maybe, words, type Piece } from './piece.ts';
import { print, type RandomPolicy } from './policy.ts';
import { rules } from './rules.ts';
import { tables } from './tables.ts';
import type { Way } from './clauses.ts';

/** Where the target runs XDP. */
export const XDP_INTERFACES = ['uplink0', 'lan0', 'dmz0'] as const;

/** Untagged frames of lan0, some of its VLANs and some of dmz0's are in zones of their own; VLANs of uplink0 are its own. */
const ZONES = `zone uplink = uplink0
zone inside = lan0 vlan 100-199, lan0 vlan 7
zone servers = dmz0 vlan 1-4000
zone guests = lan0
`;

const TARGET = `target edge {
  xdp on ${XDP_INTERFACES.join(', ')}
}
`;

/** What XDP carries out. */
const XDP_FEATURES: Features = without('log', 'addresses of zones', 'connections', 'marks', 'notrack', 'times');

const WAY: Way = { place: 'mitigate', hasIn: true, hasOut: false };

export function mitigationPolicy(features: Features = XDP_FEATURES): Arbitrary<RandomPolicy> {
  const block = (where: string): Arbitrary<Piece> =>
    rules(features, WAY, 14).map(({ text, needs }) => ({ text: `mitigate ${where} {\n  ${text}\n}`, needs }));
  const blocks = fastCheck.tuple(
    words('in uplink', 'in uplink, inside', 'in inside, guests, servers', '').chain(({ text }) => block(text)),
    maybe(
      words('in uplink', 'in servers, inside', '').chain(({ text }) => block(`after ${text}`)),
      30,
    ),
  );
  return fastCheck.tuple(blocks, tables()).map(([parts, rows]) => {
    const body = joined(parts, '\n\n');
    const { policy, files } = print(body, rows, ZONES, TARGET);
    const filled = Object.entries(files).map(([name, text]) => [name, withoutRefills(text)] as const);
    return { policy: withoutRefills(policy), files: Object.fromEntries(filled) };
  });
}

/** Nothing is refilled while a test runs. */
function withoutRefills(text: string): string {
  return text.replaceAll('1000000/second', '20/day');
}
