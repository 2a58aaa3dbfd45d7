/** Random policies of stateless filters, at times behind `mitigate`, for a target that runs XDP on all interfaces. */
import fastCheck, { type Arbitrary } from 'fast-check';
import type { Way } from './clauses.ts';
import { without, type Features } from './features.ts';
import { joined, maybe, NOTHING, plain, words, type Piece } from './piece.ts';
import { print, type RandomPolicy } from './policy.ts';
import { rules } from './rules.ts';
import { tables } from './tables.ts';

/** Where the target runs XDP. */
export const FILTER_INTERFACES = ['uplink0', 'lan0', 'dmz0'] as const;

/** Every frame comes in by some zone. */
function zonesOn(interfaces: readonly string[]): string {
  const guests = interfaces.filter((name) => name.startsWith('lan')).join(', ');
  return `zone uplink = uplink0
zone inside = lan0 vlan 100-199, lan0 vlan 7
zone servers = dmz0
zone guests = ${guests}
`;
}

/** What filters at XDP carry out. */
const FEATURES: Features = without(
  'memory',
  'log',
  'addresses of zones',
  'connections',
  'marks',
  'notrack',
  'times',
  'states',
  'original addresses',
  'limits',
  'row limits',
  'count',
  'reject',
);

const FILTER: Way = { place: 'stateless', hasIn: true, hasOut: false };
const MITIGATE: Way = { place: 'mitigate', hasIn: true, hasOut: false };

function filter(way: 'input' | 'forward', essential: string): Arbitrary<Piece> {
  return fastCheck
    .tuple(words('default drop', 'default allow', 'default drop'), rules(FEATURES, FILTER, 12))
    .map(([ending, { text, needs }]) => ({
      text: `filter ${way} stateless ${ending.text} {\n  ${essential}\n  ${text}\n}`,
      needs,
    }));
}

/** Without fragments, a filter for this host may ask for all that a packet has. */
const mitigation: Arbitrary<Piece> = rules(FEATURES, MITIGATE, 4).map(({ text, needs }) => ({
  text: `mitigate {\n  drop fragment\n  ${text}\n}`,
  needs,
}));

/** `essential`: `essential off`, or nothing. */
export function filteringPolicy(interfaces: readonly string[], essential = ''): Arbitrary<RandomPolicy> {
  const target = `target edge {\n  xdp on ${interfaces.join(', ')}\n}\n`;
  const forward = filter('forward', essential);
  const blocks = fastCheck.oneof(
    fastCheck.tuple(fastCheck.constant(NOTHING), fastCheck.constant(NOTHING), forward),
    fastCheck.tuple(mitigation, filter('input', essential), maybe(forward, 80)),
    fastCheck.tuple(fastCheck.constant(plain('mitigate { drop fragment ipv4 }')), filter('input', essential), forward),
  );
  return fastCheck
    .tuple(blocks, tables())
    .map(([parts, rows]) => print(joined(parts, '\n\n'), rows, zonesOn(interfaces), target));
}
