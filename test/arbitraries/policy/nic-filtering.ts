/** Random policies of stateless filters, at times behind `mitigate`, for a target with a NIC before its host. */
import fastCheck, { type Arbitrary } from 'fast-check';
import type { Way } from './clauses.ts';
import { without, type Features } from './features.ts';
import { joined, maybe, words, type Piece } from './piece.ts';
import { print, type RandomPolicy } from './policy.ts';
import { rules } from './rules.ts';
import { tables } from './tables.ts';

/** The NIC's ports, one of which has VLANs of its own in two zones. */
export const NIC_INTERFACES = ['uplink0', 'lan0', 'dmz0'] as const;

const ZONES = `zone uplink = uplink0
zone inside = lan0 vlan 100-199, lan0 vlan 7
zone servers = dmz0 vlan 1-4000
zone guests = lan0
`;

/** Not about flows: such a policy leaves a NIC no filter. */
const FEATURES: Features = without('connections', 'notrack', 'states', 'original addresses', 'addresses of zones');

/** Of which a NIC can ask all, where no rule says `out`; what leaves a group goes up. */
const ASKABLE: Features = without(
  'groups',
  'connections',
  'notrack',
  'states',
  'original addresses',
  'addresses of zones',
  'limits',
  'row limits',
  'memory',
  'count',
  'log',
  'reject',
  'tables',
  'payload',
  'same field',
  'masked addresses',
  'marks',
  'times',
);

/** Rules of `mangle` that only change packets, at times for each row. */
const CHANGING: Features = without(
  'groups',
  'connections',
  'states',
  'original addresses',
  'addresses of zones',
  'limits',
  'row limits',
  'memory',
  'count',
  'log',
  'marks',
);

const MITIGATE: Way = { place: 'mitigate', hasIn: true, hasOut: false };

/** `ARCHITECTURE` stands for the NIC's. */
export function nicFilteringPolicy(): Arbitrary<RandomPolicy> {
  const mitigation = rules(FEATURES, MITIGATE, 3).map(({ text, needs }) => ({
    text: `mitigate {\n  ${text}\n}`,
    needs,
  }));
  const changes = (hook: string, share: number) =>
    maybe(
      rules(CHANGING, { place: 'mangle', hasIn: true, hasOut: false }, 2).map(({ text, needs }) => ({
        text: `mangle ${hook} {\n  ${text}\n}`,
        needs,
      })),
      share,
    );
  const blocks = fastCheck.tuple(
    maybe(mitigation, 40),
    changes('prerouting', 30),
    changes('input', 10),
    changes('forward', 10),
    maybe(filter('input', FEATURES, 5, false), 95),
    maybe(filter('forward', FEATURES, 5, true), 90),
  );
  return policyOf(blocks, ['default route', '']);
}

/** Filters whose rules a NIC can ask, and a route for every destination. */
export function askableFilteringPolicy(): Arbitrary<RandomPolicy> {
  const blocks = fastCheck.tuple(filter('input', ASKABLE, 6, false), filter('forward', ASKABLE, 6, false));
  return policyOf(blocks, ['default route']);
}

function policyOf(blocks: Arbitrary<readonly Piece[]>, settings: readonly string[]): Arbitrary<RandomPolicy> {
  return fastCheck.tuple(blocks, tables(), fastCheck.constantFrom(...settings)).map(([parts, rows, setting]) => {
    const target = `target edge {\n  ${setting}\n  nftables\n  p4 ARCHITECTURE on ${NIC_INTERFACES.join(', ')}\n}\n`;
    return print(joined(parts, '\n\n'), rows, ZONES, target);
  });
}

function filter(way: 'input' | 'forward', features: Features, most: number, hasOut: boolean): Arbitrary<Piece> {
  const within: Way = { place: 'stateless', hasIn: true, hasOut };
  return fastCheck
    .tuple(
      words('default drop', 'default drop', 'default drop', 'default allow'),
      words('', 'essential off'),
      rules(features, within, most),
    )
    .map(([ending, essential, { text, needs }]) => ({
      text: `filter ${way} stateless ${ending.text} {\n  ${essential.text}\n  ${text}\n}`,
      needs,
    }));
}
