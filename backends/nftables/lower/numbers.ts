/** Tests of number fields as nft matches. */
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { FLOW_STATES, PROTOCOLS_WITH_PORTS } from '../../../compiler/model/fields.ts';
import type { NumberTest } from '../../../compiler/model/condition.ts';
import type { Match, Matches, MatchPlace } from './matches.ts';
import { icmpTypeText, protocolText } from './protocols.ts';
import { listedValues, numberValues } from './values.ts';

type NumberField = NumberTest['field'];
type FieldMatcher = (set: IntervalSet, place: MatchPlace) => Matches;

/** The fixed IPv6 header, which `ip6 length` does not count. */
const IPV6_HEADER = 40;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

/** Protocols whose ports nft can ask for by the protocol's name, which tests the protocol too. */
const NAMED_WITH_PORTS = new Set(['tcp', 'udp', 'sctp', 'dccp', 'udplite']);

const one = (left: string, right: string, invertible: boolean): Matches => ({
  matches: [{ left, operator: '==', right }],
  invertible,
});
const many = (matches: readonly Match[]): Matches => ({ matches, invertible: false });
const equal = (left: string, right: string): Match => ({ left, operator: '==', right });

const FIELDS: { readonly [Field in NumberField]: FieldMatcher } = {
  family: (set) => one('meta nfproto', set.contains(4) ? 'ipv4' : 'ipv6', true),
  protocol: (set) => one('meta l4proto', listedValues(set, protocolText), true),
  'source port': (set, place) => many(portMatches('sport', set, place)),
  'destination port': (set, place) => many(portMatches('dport', set, place)),
  service: (set) => many(serviceMatches(set)),
  'tcp flags': (set) => one('tcp flags', numberValues(set), false),
  icmp4: (set) => many(icmpMatches(4, set)),
  icmp6: (set) => many(icmpMatches(6, set)),
  length: (set, place) =>
    place.family === 6
      ? one('ip6 length', numberValues(shiftedDown(set, IPV6_HEADER)), true)
      : one('ip length', numberValues(clipped(set, 16)), true),
  ttl: (set, place) => one(place.family === 6 ? 'ip6 hoplimit' : 'ip ttl', numberValues(set), true),
  dscp: (set, place) => one(place.family === 6 ? 'ip6 dscp' : 'ip dscp', numberValues(set), true),
  vlan: (set) => one('vlan id', numberValues(set), false),
  'source mac': (set) => one('ether saddr', macValues(set), false),
  mark: (set) => one('meta mark', numberValues(set), true),
  fragment: fragmentMatches,
  state: (set) =>
    one(
      'ct state',
      listedValues(set, (state) => FLOW_STATES[state] ?? String(state)),
      true,
    ),
};

/** A field in a constant set; comparisons with cells are lookups' business. */
export function numberMatch(test: NumberTest, place: MatchPlace): Matches {
  if (!(test.in instanceof IntervalSet)) {
    place.context.refuse(
      place.origin,
      'nftables cannot compare a field with a row that no lookup found',
      'Name the row by a column of its key.',
    );
    return many([]);
  }
  return FIELDS[test.field](test.in, place);
}

/** `udp sport 53` where the rule is about one protocol; else any protocol that has ports. */
function portMatches(side: 'sport' | 'dport', set: IntervalSet, place: MatchPlace): Match[] {
  const protocol = place.protocols?.singleValue();
  const name = protocol === undefined ? undefined : protocolText(Number(protocol));
  if (name !== undefined && NAMED_WITH_PORTS.has(name)) return [equal(`${name} ${side}`, numberValues(set))];
  return [...portsPresent(place), equal(`th ${side}`, numberValues(set))];
}

/** That there are ports at all, where the rule's protocols do not say so already. */
export function portsPresent(place: Pick<MatchPlace, 'protocols'>): Match[] {
  const withPorts = IntervalSet.fromIntervals(
    8,
    PROTOCOLS_WITH_PORTS.map((protocol) => [protocol, protocol]),
  );
  if (place.protocols?.isSubsetOf(withPorts)) return [];
  return [equal('meta l4proto', listedValues(withPorts, protocolText))];
}

/** protocol × 65536 + port. The same ports for each protocol: two plain matches; else pairs in a concatenation. */
function serviceMatches(set: IntervalSet): Match[] {
  const portsByProtocol = new Map<number, [number, number][]>();
  for (const [low, high] of set.numberIntervals()) {
    for (let protocol = low >>> 16; protocol <= high >>> 16; protocol++) {
      const from = protocol === low >>> 16 ? low & 0xffff : 0;
      const to = protocol === high >>> 16 ? high & 0xffff : 0xffff;
      const ports = portsByProtocol.get(protocol) ?? [];
      ports.push([from, to]);
      portsByProtocol.set(protocol, ports);
    }
  }
  const byProtocol = [...portsByProtocol].map(([protocol, ports]) => ({
    protocol,
    ports: IntervalSet.fromIntervals(16, ports),
  }));
  const first = byProtocol[0]!;
  if (byProtocol.length === 1) {
    const name = protocolText(first.protocol);
    const named = NAMED_WITH_PORTS.has(name);
    if (named) return [equal(`${name} dport`, numberValues(first.ports))];
  }
  if (byProtocol.every(({ ports }) => ports.equals(first.ports))) {
    const protocols = byProtocol.map(({ protocol }) => protocolText(protocol));
    const right = protocols.length === 1 ? protocols[0]! : `{ ${protocols.join(', ')} }`;
    return [equal('meta l4proto', right), equal('th dport', numberValues(first.ports))];
  }
  const pairs = byProtocol.flatMap(({ protocol, ports }) =>
    [...ports.numberIntervals()].map(
      ([low, high]) => `${protocolText(protocol)} . ${low === high ? low : `${low}-${high}`}`,
    ),
  );
  return [equal('meta l4proto . th dport', `{ ${pairs.join(', ')} }`)];
}

/** type × 256 + code. Whole types by name; single codes as pairs. */
function icmpMatches(family: 4 | 6, set: IntervalSet): Match[] {
  const name = family === 4 ? 'icmp' : 'icmpv6';
  const whole: string[] = [];
  const pairs: string[] = [];
  for (const [low, high] of set.numberIntervals()) {
    for (let type = low >>> 8; type <= high >>> 8; type++) {
      const from = type === low >>> 8 ? low & 0xff : 0;
      const to = type === high >>> 8 ? high & 0xff : 0xff;
      const text = icmpTypeText(family, type);
      if (from === 0 && to === 0xff) whole.push(text);
      pairs.push(`${text} . ${from === to ? from : `${from}-${to}`}`);
    }
  }
  if (whole.length === pairs.length) {
    return [equal(`${name} type`, whole.length === 1 ? whole[0]! : `{ ${whole.join(', ')} }`)];
  }
  if (pairs.length === 1) {
    const [type, code] = pairs[0]!.split(' . ');
    return [equal(`${name} type`, type!), equal(`${name} code`, code!)];
  }
  return [equal(`${name} type . ${name} code`, `{ ${pairs.join(', ')} }`)];
}

/** 0 whole, 1 first, 2 later. */
function fragmentMatches(set: IntervalSet, place: MatchPlace): Matches {
  const [whole, first, later] = [0, 1, 2].map((value) => set.contains(value));
  if (place.family === 6) {
    // A fragment header with offset 0 and no more to come is an atomic fragment (RFC 6946): whole by itself.
    const atomic = [equal('frag frag-off', '0'), equal('frag more-fragments', '0')];
    const isFirst = [equal('frag frag-off', '0'), equal('frag more-fragments', '1')];
    const isLater: Match = { left: 'frag frag-off', operator: '!=', right: '0' };
    if (!whole && first && later) {
      const inOne = { matches: [equal('exthdr frag', 'exists')], except: [atomic] };
      return { matches: [isLater], others: [isFirst], inOne, invertible: false };
    }
    if (!whole && first) return many(isFirst);
    if (!whole && later) return { matches: [isLater], invertible: false };
  } else {
    const any = `ip frag-off & 0x${(MORE_FRAGMENTS | FRAGMENT_OFFSET).toString(16)}`;
    if (!whole && first && later) return { matches: [{ left: any, operator: '!=', right: '0' }], invertible: true };
    if (!whole && first) return one(any, `0x${MORE_FRAGMENTS.toString(16)}`, true);
    if (!whole && later) {
      return { matches: [{ left: 'ip frag-off & 0x1fff', operator: '!=', right: '0' }], invertible: true };
    }
    if (whole && !first && !later) return one(any, '0', true);
  }
  place.context.refuse(
    place.origin,
    'nftables cannot test this combination of fragment kinds',
    'Use `fragment`, `fragment first` or `fragment later`, a rule for each.',
  );
  return many([]);
}

function shiftedDown(set: IntervalSet, by: number): IntervalSet {
  const intervals: [number, number][] = [];
  for (const [low, high] of set.numberIntervals()) {
    if (high >= by) intervals.push([Math.max(low - by, 0), Math.min(high - by, 0xffff)]);
  }
  return IntervalSet.fromIntervals(16, intervals);
}

function clipped(set: IntervalSet, width: number): IntervalSet {
  const highest = 2 ** width - 1;
  const intervals: [number, number][] = [];
  for (const [low, high] of set.numberIntervals()) {
    if (low <= highest) intervals.push([low, Math.min(high, highest)]);
  }
  return IntervalSet.fromIntervals(width, intervals);
}

function macValues(set: IntervalSet): string {
  const text = (value: bigint) =>
    value
      .toString(16)
      .padStart(12, '0')
      .replace(/..(?=.)/g, '$&:');
  const parts = [...set.bigintIntervals()].map(([low, high]) =>
    low === high ? text(low) : `${text(low)}-${text(high)}`,
  );
  return parts.length === 1 ? parts[0]! : `{ ${parts.join(', ')} }`;
}
