/**
 * Which frames a rule is for, as keys of tc's `flower` filter: exact values and prefixes, found in one hash table for each mask.
 * It sees frames as they are on the wire: of fragments no ports (semantics/shape.ts), and what ends before its ports has port 0 for
 * it. As they come in, that is what a policy means; as they leave, a fragment is part of a packet that has ports.
 */
import type { Atom, Family, ProgramRule } from '../../compiler/4-program/program.ts';
import { cellPrefix, cellRange, type Rows } from '../../compiler/model/cells.ts';
import type { Cell, NumberTest, ServiceCellTest } from '../../compiler/model/condition.ts';
import type { Shape } from '../../compiler/model/index.ts';
import { FIELD_WIDTHS, PROTOCOLS_WITH_PORTS, type AddressField } from '../../compiler/model/fields.ts';
import { formatIpv4, formatIpv6 } from '../../compiler/net/address.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { prefixEntries, toPrefixes } from '../../compiler/net/prefixes.ts';

/** Why flower has no words for a rule, and what to write instead. */
export class NoKeys extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** More filters than this from one rule: it is refused. */
const MOST_FILTERS = 65_536;

const TCP = 6;
const ICMP = 1;
const ICMPV6 = 58;

/** Protocols whose ports flower finds, by its names for them. */
const WITH_PORTS = new Map([
  [TCP, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);
const HAVE_PORTS: ReadonlySet<number> = new Set(PROTOCOLS_WITH_PORTS);

const ALL_PORTS = { low: 0, high: 0xffff };

interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** What a rule asks, each a list of alternatives; undefined: nothing is asked. */
interface Asked {
  readonly addresses: Map<AddressField, readonly string[]>;
  protocols: readonly number[] | undefined;
  /** A protocol with its destination ports. */
  services: readonly { readonly protocol: number; readonly ports: PortRange }[] | undefined;
  readonly ports: Map<'source port' | 'destination port', readonly PortRange[]>;
  /** TCP flags under a mask. */
  flags: { readonly value: number; readonly mask: number } | undefined;
  icmp: { readonly protocol: number; readonly keys: readonly string[] } | undefined;
  dscp: readonly string[] | undefined;
  ttl: readonly string[] | undefined;
}

/** Where a frame is met: as it comes in by a zone, or leaves by it. */
type Place = Pick<Shape, 'zone' | 'direction'>;

/**
 * The keys of all filters of a rule for frames of a family at a place; none: it is for no such frame. Throws `NoKeys` where flower
 * cannot ask what the rule asks.
 */
export function keysOf(rule: ProgramRule, family: Family, place: Place, rows: Rows): readonly string[] {
  if (rule.family !== undefined && rule.family !== family) return [];
  if (!rule.atoms.every((atom) => isMetAt(atom, place))) return [];
  const asked: Asked = {
    addresses: new Map(),
    protocols: undefined,
    services: undefined,
    ports: new Map(),
    flags: undefined,
    icmp: undefined,
    dscp: undefined,
    ttl: undefined,
  };
  for (const atom of rule.atoms) if (!ask(asked, atom, family, place, rows)) return [];
  if (place.direction === 'egress') refuseTransport(asked, family);
  const { addresses, dscp = [''], ttl = [''] } = asked;
  return product([...addresses.values(), transportKeys(asked), dscp, ttl]);
}

/** Whether a rule with the atom may be for frames at the place: other shapers' rules are not. */
function isMetAt({ test, negated }: Atom, place: Place): boolean {
  if (test.kind !== 'zone' || test.field !== fieldOf(place)) return true;
  return test.zones.some(({ name }) => name === place.zone.name) !== negated;
}

function fieldOf({ direction }: Place): 'in' | 'out' {
  return direction === 'ingress' ? 'in' : 'out';
}

/** Takes an atom in; false where it holds for no frame. */
function ask(asked: Asked, { test, negated }: Atom, family: Family, place: Place, rows: Rows): boolean {
  switch (test.kind) {
    case 'zone':
      if (test.field !== fieldOf(place)) throw unknown('the zone at the other end');
      return true;
    case 'address': {
      if (test.in instanceof IntervalSet) {
        return askAddresses(asked, test.field, negated ? test.in.complement() : test.in);
      }
      if (test.in.kind === 'masked' || negated) throw unknown(`\`${test.in.kind === 'masked' ? 'a suffix' : 'not'}\``);
      const prefix = cellPrefix(test.in, rows);
      if (prefix?.family !== family) return false;
      const { value, length } = prefix;
      add(asked.addresses, test.field, [addressKey(test.field, family, value, length)]);
      return true;
    }
    case 'number':
      return askNumber(asked, test, negated, rows);
    case 'masked': {
      if (test.field !== 'tcp flags' || negated) throw unknown(`\`not\` of \`${test.field}\``);
      const { value = 0, mask = 0 } = asked.flags ?? {};
      asked.flags = { value: value | test.value, mask: mask | test.mask };
      return ((value ^ test.value) & mask & test.mask) === 0;
    }
    case 'service cell':
      if (negated) throw unknown('`not` of a service');
      return askServiceCell(asked, test, rows);
    default:
      throw unknown(`a clause of the kind \`${test.kind}\``);
  }
}

/**
 * Of fragments, flower knows no ports, and of IPv6 the protocol that their header names, which may be another extension header.
 * What leaves is classed as a packet, whatever its fragments say by themselves.
 */
function refuseTransport({ protocols, services, ports, flags, icmp }: Asked, family: Family): void {
  const isBeyond = services !== undefined || ports.size > 0 || flags !== undefined || icmp !== undefined;
  if (!isBeyond && (family === 4 || protocols === undefined)) return;
  throw new NoKeys(
    `tc's filters see fragments as they leave, which ${isBeyond ? 'have no ports' : 'in IPv6 may not tell their protocol'}`,
    'Add `nftables` to the target: it chooses the class of a whole packet. Or ask for addresses, DSCP or TTL.',
  );
}

function askAddresses(asked: Asked, field: AddressField, set: IntervalSet): boolean {
  if (set.isFull()) return true;
  const family = set.width === 32 ? 4 : 6;
  const keys = [...prefixEntries(toPrefixes(set))].map(([value, length]) =>
    addressKey(field, family, BigInt(value), length),
  );
  add(asked.addresses, field, keys);
  return keys.length > 0;
}

/** Two tests of one field that could not be joined are of cells. */
function add<K>(map: Map<K, readonly string[]>, field: K, keys: readonly string[]): void {
  if (map.has(field)) throw unknown('two addresses of one end');
  map.set(field, keys);
}

function addressKey(field: AddressField, family: Family, value: bigint, length: number): string {
  const address = family === 4 ? formatIpv4(Number(value)) : formatIpv6(value);
  return `${field === 'source' ? 'src' : 'dst'}_ip ${address}/${length}`;
}

function askNumber(asked: Asked, test: NumberTest, negated: boolean, rows: Rows): boolean {
  const { field } = test;
  const set = setOf(test.in, FIELD_WIDTHS[field], rows);
  if (!set) return negated;
  switch (field) {
    case 'family':
      return true;
    case 'protocol':
      asked.protocols = valuesOf(negated ? set.complement() : set, 'protocols');
      return asked.protocols.length > 0;
    case 'dscp':
      asked.dscp = bitKeys('ip_tos', negated ? set.complement() : set, 2);
      return asked.dscp.length > 0;
    case 'ttl':
      asked.ttl = bitKeys('ip_ttl', negated ? set.complement() : set, 0);
      return asked.ttl.length > 0;
    case 'icmp4':
    case 'icmp6':
      if (negated) throw unknown('`not` of ICMP');
      asked.icmp = { protocol: field === 'icmp4' ? ICMP : ICMPV6, keys: icmpKeys(set) };
      return true;
    case 'service':
      if (negated) throw unknown('`not` of a service');
      asked.services = servicesOf(set);
      return asked.services.length > 0;
    case 'source port':
    case 'destination port':
      if (negated) throw unknown('`not` of a port');
      asked.ports.set(field, rangesOf(set));
      return true;
    default:
      throw unknown(`\`${field}\``);
  }
}

function askServiceCell(asked: Asked, { protocol, port }: ServiceCellTest, rows: Rows): boolean {
  const number = typeof protocol === 'number' ? protocol : cellRange(protocol, rows)?.low;
  const ports = setOf(port, FIELD_WIDTHS['destination port'], rows);
  if (number === undefined || !ports) return false;
  asked.services = rangesOf(ports).map((range) => ({ protocol: number, ports: range }));
  return true;
}

/** Undefined: the cell is empty. */
function setOf(value: IntervalSet | Cell, width: number, rows: Rows): IntervalSet | undefined {
  if (value instanceof IntervalSet) return value;
  const range = cellRange(value, rows);
  return range && IntervalSet.range(width, range.low, range.high);
}

/** Of a fragment, flower sees nothing behind the header of IP. */
const WHOLE = 'ip_flags nofrag';

/** A field of so many bits from bit `shift` of its byte on. */
function bitKeys(word: string, set: IntervalSet, shift: number): readonly string[] {
  const { width } = set;
  return [...prefixEntries(toPrefixes(set))].map(([value, length]) => {
    const mask = ((2 ** width - 1) ^ (2 ** (width - length) - 1)) << shift;
    return mask === 0 ? '' : `${word} 0x${(Number(value) << shift).toString(16)}/0x${mask.toString(16)}`;
  });
}

/** Types, or types with codes. */
function icmpKeys(set: IntervalSet): readonly string[] {
  return rangesOf(set).flatMap(({ low, high }) => {
    const keys: string[] = [];
    for (let next = low; next <= high;) {
      const isWholeType = (next & 0xff) === 0 && next + 0xff <= high;
      keys.push(isWholeType ? `type ${next >> 8}` : `type ${next >> 8} code ${next & 0xff}`);
      next += isWholeType ? 0x100 : 1;
    }
    return keys;
  });
}

/** Few single values. */
function valuesOf(set: IntervalSet, what: string): readonly number[] {
  const most = 256;
  const values: number[] = [];
  for (const [low, high] of set.numberIntervals()) {
    for (let value = low; value <= high; value++) {
      values.push(value);
      if (values.length > most) throw unknown(`more than ${most} ${what}`);
    }
  }
  return values;
}

function rangesOf(set: IntervalSet): readonly PortRange[] {
  return [...set.numberIntervals()].map(([low, high]) => ({ low, high }));
}

function servicesOf(set: IntervalSet): NonNullable<Asked['services']> {
  return [...set.numberIntervals()].flatMap(([low, high]) => {
    const [first, last] = [low >> 16, high >> 16];
    return Array.from({ length: last - first + 1 }, (_, at) => ({
      protocol: first + at,
      ports: { low: at === 0 ? low & 0xffff : 0, high: first + at === last ? high & 0xffff : 0xffff },
    }));
  });
}

/** Protocols and ports, which only frames have that are no fragments. */
function transportKeys(asked: Asked): readonly string[] {
  const { protocols, services, ports, flags, icmp } = asked;
  if (icmp) return icmp.keys.map((key) => `ip_proto ${protocolText(icmp.protocol)} ${WHOLE} ${key}`);
  if (!services && ports.size === 0 && !flags) {
    return protocols?.map((protocol) => `ip_proto ${protocolText(protocol)}`) ?? [''];
  }
  const all = services ?? (flags ? [TCP] : protocols)?.map((protocol) => ({ protocol, ports: ALL_PORTS }));
  if (!all) {
    throw new NoKeys(
      'tc finds ports of TCP, UDP and SCTP, and not of all protocols that have some',
      'Say which: `tcp/80`, or `udp` beside `from … port …`.',
    );
  }
  const wanted = all.filter(({ protocol }) => (protocols?.includes(protocol) ?? true) && (!flags || protocol === TCP));
  const asksFlags = flags ? `tcp_flags 0x${flags.value.toString(16)}/0x${flags.mask.toString(16)}` : '';
  return wanted.flatMap(({ protocol, ports: own }) => {
    const name = WITH_PORTS.get(protocol);
    if (name === undefined) {
      if (!HAVE_PORTS.has(protocol)) return [];
      throw new NoKeys('tc finds ports of TCP, UDP and SCTP only', 'Ask for another protocol without ports.');
    }
    const destinations = (ports.get('destination port') ?? [ALL_PORTS]).flatMap((range) => common(range, own));
    const sources = ports.get('source port') ?? [ALL_PORTS];
    return destinations.flatMap((destination) =>
      sources.map((source) =>
        joined([`ip_proto ${name}`, WHOLE, portKey('dst', destination), portKey('src', source), asksFlags]),
      ),
    );
  });
}

function common(one: PortRange, other: PortRange): readonly PortRange[] {
  const both = { low: Math.max(one.low, other.low), high: Math.min(one.high, other.high) };
  return both.low <= both.high ? [both] : [];
}

function portKey(end: 'src' | 'dst', { low, high }: PortRange): string {
  if (low === 0 && high === 0xffff) return '';
  return `${end}_port ${low === high ? low : `${low}-${high}`}`;
}

/** tc takes other numbers for hexadecimal, too. */
function protocolText(protocol: number): string {
  return WITH_PORTS.get(protocol) ?? `0x${protocol.toString(16)}`;
}

function product(choices: readonly (readonly string[])[]): readonly string[] {
  const size = choices.reduce((total, { length }) => total * length, 1);
  if (size > MOST_FILTERS) {
    throw new NoKeys(`this takes ${size} filters`, 'Say it in several classes, or with prefixes.');
  }
  return choices.reduce<readonly string[]>(
    (result, parts) => result.flatMap((left) => parts.map((right) => joined([left, right]))),
    [''],
  );
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function unknown(what: string): NoKeys {
  return new NoKeys(
    `tc's filters cannot ask for ${what}`,
    'Ask for addresses, protocols, services, DSCP or TTL; or have packets wait (without `policed`) and `nftables` in the target, which then chooses the class.',
  );
}
