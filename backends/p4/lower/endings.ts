/**
 * The rules behind those of `mitigate`: what becomes of packets that filters forbid. A NIC drops one where the host would do the same,
 * whatever its route is. Where it might answer before a filter is asked, the packet goes up.
 */
import type { Family } from '../../../compiler/4-program/program.ts';
import type { Origin, Zone } from '../../../compiler/model/index.ts';
import { parseIpv4, parseIpv6 } from '../../../compiler/net/address.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { keyWidth, type FlagField } from '../fields.ts';
import type { NicAction, SplitRule } from '../tree.ts';
import type { FilterId } from '../why-filter-up.ts';
import type { ListedRule } from './list.ts';
import { keyTest, zoneTest, type KeyTest } from './tests.ts';

/** The target, as far as the host's answers depend on it. */
export interface Host {
  readonly zones: readonly Zone[];
  /** It has a route for every destination. */
  readonly defaultRoute: boolean;
}

/** Origins of the filters that forbid something of a family. */
export type Forbidding = ReadonlyMap<FilterId, Origin>;

interface Ending {
  readonly text: string;
  readonly action: NicAction;
  /** Why its packets go up. */
  readonly why?: string;
  /** Any of these; none: it is said, and no entry is made. */
  readonly tests: readonly (readonly KeyTest[])[];
}

export interface Endings {
  readonly rules: readonly ListedRule[];
  readonly split: readonly SplitRule[];
}

export function endingsOf(family: Family, forbidding: Forbidding, host: Host): Endings {
  const input = forbidding.get('filter input');
  if (!input) return { rules: [], split: [] };
  const both = forbidding.has('filter forward');
  const endings = [...tagged(family, host), ...onLink(family), ...(both ? forwarded(family, host) : [ONLY_INPUT])];
  const rules: ListedRule[] = [];
  const split = endings.map(({ text, action, why, tests }) => {
    const rule: SplitRule = { origin: { ...input, text: `${text} (IPv${family})` }, action, why };
    rules.push(...tests.map((all) => ({ rule, action, tests: all })));
    return rule;
  });
  return { rules, split };
}

/** An interface for a VLAN is one of its own, of whose frames the policy may say something else, or nothing. */
function tagged(family: Family, { zones }: Host): readonly Ending[] {
  const untold = zones.filter(({ members }) => members.some(({ vlans }) => vlans === undefined));
  const inner: KeyTest = flag('inner vlan');
  const outer = set('vlan', family, [[0, 4095]], 'any VLAN');
  return [
    {
      text: 'what comes with VLAN tags that its zone does not name',
      action: 'up',
      why: 'the host may have an interface for these',
      tests: [[inner], ...(untold.length > 0 ? [[outer, zoneTest(untold, zones, family)]] : [])],
    },
  ];
}

/** RFC 5771, section 4, and RFC 4291, section 2.7: what never leaves its link, so that no host forwards it. */
const ON_LINK: Readonly<Record<Family, readonly string[]>> = {
  4: ['255.255.255.255/32', '224.0.0.0/24'],
  6: ['ff02::/16'],
};

function onLink(family: Family): readonly Ending[] {
  const destination = prefixes('destination', family, ON_LINK[family], 'groups of the link');
  return [
    {
      text: '`filter input` forbids it, and it stays on its link',
      action: 'drop',
      tests: [[destination, flag('filter input')]],
    },
  ];
}

const GROUPS: Readonly<Record<Family, string>> = { 4: '224.0.0.0/4', 6: 'ff00::/8' };

/** Addresses to which no host answers (RFC 1122, section 3.2.2; RFC 4443, section 2.4). */
const NO_SENDERS: Readonly<Record<Family, readonly string[]>> = {
  4: ['0.0.0.0/32', GROUPS[4], '255.255.255.255/32'],
  6: ['::/128', GROUPS[6]],
};

/** Types of ICMP that are no errors: about all others no host sends an error (RFC 1122, section 3.2.2; RFC 4443, section 2.1). */
const QUERIES: ReadonlySet<number> = new Set([0, 8, 13, 14, 15, 16, 17, 18]);

/** The least MTU of a link: of IPv4 (RFC 791, section 3.2), and of IPv6 (RFC 8200, section 5). */
const LEAST_MTU: Readonly<Record<Family, number>> = { 4: 68, 6: 1280 };
const LONGEST = 2 ** 17 - 1;

function forwarded(family: Family, { defaultRoute }: Host): readonly Ending[] {
  const forbidden = [flag('filter input'), flag('filter forward')];
  const short = set('length', family, [[0, LEAST_MTU[family]]], 'lengths of every link');
  const groups = prefixes('destination', family, [GROUPS[family]], 'groups');
  return [
    {
      text: 'both filters forbid it, and no host answers such a packet',
      action: 'drop',
      tests: [
        // About packets to groups that are too long, IPv6 has errors (RFC 4443, section 2.4).
        [groups, ...(family === 6 ? [short] : []), ...forbidden],
        [prefixes('source', family, NO_SENDERS[family], 'no senders'), ...forbidden],
        [errors(family), ...forbidden],
      ],
    },
    ...(defaultRoute ? routed(family, forbidden) : [UNROUTED]),
  ];
}

const ONLY_INPUT: Ending = {
  text: '`filter input` forbids it',
  action: 'up',
  why: 'a NIC does not know which packets are for this host, and `filter forward` forbids none that it can tell',
  tests: [],
};

const UNROUTED: Ending = {
  text: 'both filters forbid it',
  action: 'up',
  why: 'the host answers it where it has no route for it: say `default route` in the target if it has one for every destination',
  tests: [],
};

/** Where there is a way for every packet, the host answers before `filter forward` for its TTL, its length, or want of scope. */
function routed(family: Family, forbidden: readonly KeyTest[]): readonly Ending[] {
  const tooLong = set('length', family, [[LEAST_MTU[family] + 1, LONGEST]], 'too long for some links');
  const dontFragment: KeyTest = { field: 'dont fragment', set: IntervalSet.of(1, 1), negated: false, name: undefined };
  const link = (field: 'source' | 'destination') => prefixes(field, 6, ['fe80::/10'], 'addresses of the link');
  return [
    {
      text: 'what has come to its last hop',
      action: 'up',
      why: 'the host says so to its sender',
      tests: [[set('ttl', family, [[0, 1]], 'no hop left')]],
    },
    {
      text: 'what may be too long for its way',
      action: 'up',
      why: 'the host says so to its sender',
      tests: [family === 4 ? [dontFragment, tooLong] : [tooLong]],
    },
    ...(family === 6
      ? [
          {
            text: 'addresses of the link',
            action: 'up' as const,
            why: 'the host answers what would leave it',
            tests: [[link('source')], [link('destination')]],
          },
        ]
      : []),
    { text: 'both filters forbid it', action: 'drop', tests: [forbidden] },
  ];
}

function flag(field: FlagField): KeyTest {
  return { field, set: IntervalSet.of(1, 1), negated: false, name: undefined };
}

function errors(family: Family): KeyTest {
  const types =
    family === 4 ? Array.from({ length: 256 }, (_, type) => type).filter((type) => !QUERIES.has(type)) : undefined;
  const values = types?.map((type) => [type << 8, (type << 8) | 0xff] as const) ?? [[0, 0x7fff] as const];
  return set(family === 4 ? 'icmp4' : 'icmp6', family, values, 'errors of ICMP');
}

function set(
  field: 'vlan' | 'length' | 'ttl' | 'icmp4' | 'icmp6',
  family: Family,
  intervals: readonly (readonly [number, number])[],
  name: string,
): KeyTest {
  return testOf(field, IntervalSet.fromIntervals(keyWidth(field, family), intervals), name, family);
}

function prefixes(field: 'source' | 'destination', family: Family, texts: readonly string[], name: string): KeyTest {
  const width = keyWidth(field, family);
  const intervals = texts.map((text) => {
    const [address, length] = text.split('/') as [string, string];
    const low = family === 4 ? BigInt(parseIpv4(address)!) : parseIpv6(address)!;
    return [low, low + (1n << BigInt(width - Number(length))) - 1n] as const;
  });
  return testOf(field, IntervalSet.fromIntervals(width, intervals), name, family);
}

function testOf(field: Parameters<typeof keyTest>[0], wanted: IntervalSet, name: string, family: Family): KeyTest {
  const test = keyTest(field, wanted, name, family);
  if (!test) throw new Error(`${name}: nothing to ask`);
  return test;
}
