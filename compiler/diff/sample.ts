/** A packet of a region, as a line of an `expect` block would have it. */
import type { StageId } from '../4-program/program.ts';
import { PROTOCOLS_WITH_PORTS, TCP_FLAGS } from '../model/fields.ts';
import { protocolName } from '../model/protocols.ts';
import { formatIpv4, formatIpv6 } from '../net/address.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { INTERFACE_BITS } from '../proof/fields.ts';
import { FoundKeys } from './found-keys.ts';
import type { Interfaces } from './interfaces.ts';
import { withoutWire } from './region-values.ts';
import type { Part } from './regions.ts';
import { bitsOf, isAddress } from './space.ts';
import { interfaceAmong, zoneAmong } from './words/zones.ts';

export interface SamplePacket {
  readonly family: 4 | 6;
  readonly protocol: number;
  readonly source: bigint;
  readonly destination: bigint;
  /** Of protocols that have ports, where the packet is no later fragment. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  /** Numbers of interfaces; 0 where it comes by none of any zone. */
  readonly in: number;
  readonly out: number;
  /** All other fields that the region tells. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Without a verdict. Where both policies have no zone that is right for it, an interface stands by its own name. */
  readonly text: string;
}

const [ICMP, TCP, UDP, ICMPV6] = [1, 6, 17, 58] as const;
const PORT_BITS = 16;
const [NEW, ESTABLISHED] = [0, 1] as const;

/** By family, a source and a destination where a region says nothing of them. */
export type Somebody = Readonly<Record<4 | 6, readonly [bigint, bigint]>>;

/** RFC 5737 and RFC 3849: addresses of nobody. */
const NOBODY: Somebody = {
  4: [0xcb007109n, 0xc6336407n],
  6: [0x20010db8f00d00000000000000000009n, 0x20010db8cafe00000000000000000007n],
};

const HAS_IN: ReadonlySet<StageId> = new Set<StageId>([
  ...([
    'police',
    'mitigate',
    'shape ingress',
    'raw',
    'mangle prerouting',
    'destination nat',
    'mangle input',
    'filter input',
  ] as const),
  ...(['dispatch', 'mangle forward', 'filter forward'] as const),
]);
const HAS_OUT: ReadonlySet<StageId> = new Set<StageId>([
  ...(['mangle forward', 'filter forward', 'mangle output', 'filter output', 'mangle postrouting'] as const),
  ...(['source nat', 'count', 'shape'] as const),
]);
const IS_PASSED_THROUGH: ReadonlySet<StageId> = new Set<StageId>([
  'mangle postrouting',
  'source nat',
  'count',
  'shape',
]);

/** Undefined: none of those tried is in the region, or it takes more than a packet to get there. */
export function samplePacket(
  part: Part,
  id: StageId,
  interfaces: Interfaces,
  somebody: Somebody = NOBODY,
): SamplePacket | undefined {
  const { family, rows } = part;
  const state = part.sets.get('state');
  if (state && ![NEW, ESTABLISHED].some((one) => state.contains(one))) return undefined;
  const keys = new FoundKeys();
  const fields = new Map(part.sets);
  for (const finding of rows.values()) {
    const valuesOf = (field: string) => ofService(fields, field) ?? fields.get(withoutWire(field));
    const own = keys.rowWithin(finding, family, valuesOf);
    if (own) for (const [field, set] of own) narrow(fields, withoutWire(field), set);
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const packet = packetOf(fields, family, id, interfaces, somebody, attempt);
    const valueOf = (field: string) => valueIn(packet, withoutWire(field));
    if ([...rows.values()].every((finding) => keys.isFound(finding, family, valueOf))) return packet;
  }
  return undefined;
}

/** Where a key must find no row, so many packets are tried. */
const ATTEMPTS = 64;

function ofService(fields: ReadonlyMap<string, IntervalSet>, field: string): IntervalSet | undefined {
  const services = fields.get('service/real');
  if (!services || (field !== 'protocol' && field !== 'destination port/real')) return undefined;
  const intervals = [...services.numberIntervals()];
  if (field === 'protocol') {
    return IntervalSet.fromIntervals(
      8,
      intervals.map(([low, high]) => [low >>> PORT_BITS, high >>> PORT_BITS] as const),
    );
  }
  const isWide = ([low, high]: readonly [number, number]) => low >>> PORT_BITS !== high >>> PORT_BITS;
  if (intervals.some(isWide)) return undefined;
  return IntervalSet.fromIntervals(
    16,
    intervals.map(([low, high]) => [low & 0xffff, high & 0xffff] as const),
  );
}

function narrow(fields: Map<string, IntervalSet>, field: string, set: IntervalSet): void {
  const services = fields.get('service/real') ?? IntervalSet.full(24);
  if (field === 'protocol') {
    const all = [...set.numberIntervals()].map(
      ([low, high]) => [low << PORT_BITS, (high << PORT_BITS) | 0xffff] as const,
    );
    fields.set('service/real', services.intersect(IntervalSet.fromIntervals(24, all)));
  } else if (field === 'destination port/real') {
    const ports = [...set.numberIntervals()];
    const all = PROTOCOLS_WITH_PORTS.flatMap((protocol) =>
      ports.map(([low, high]) => [(protocol << PORT_BITS) | low, (protocol << PORT_BITS) | high] as const),
    );
    fields.set('service/real', services.intersect(IntervalSet.fromIntervals(24, all)));
  } else fields.set(field, fields.get(field)?.intersect(set) ?? set);
}

function packetOf(
  fields: ReadonlyMap<string, IntervalSet>,
  family: 4 | 6,
  id: StageId,
  interfaces: Interfaces,
  somebody: Somebody,
  attempt: number,
): SamplePacket {
  const protocol = protocolOf(fields, family, attempt);
  const hasPorts = (PROTOCOLS_WITH_PORTS as readonly number[]).includes(protocol) && !isHeaderless(fields);
  const services = fields.get('service/real');
  const ports = services?.intersect(IntervalSet.range(24, protocol << PORT_BITS, (protocol << PORT_BITS) | 0xffff));
  const port = ports ? pick(ports, [(protocol << PORT_BITS) | 443, (protocol << PORT_BITS) | 80], attempt) : undefined;
  const interfaceOf = (direction: 'in' | 'out', has: boolean): number => {
    if (!fields.has(direction) && !has) return 0;
    const all = interfacesAmong(fields, direction, interfaces);
    const wishes = [...all.values()].map(Number).filter((number) => zoneAmong(number, all, interfaces) !== undefined);
    return pick(all, direction === 'out' ? wishes.toReversed() : wishes, 0);
  };
  const [someone, other] = somebody[family];
  const packet = {
    family,
    protocol,
    source: withBits(addressOf(fields.get('source/real'), someone, attempt), 'source/real', fields, family),
    destination: withBits(
      addressOf(fields.get('destination/real'), other, attempt),
      'destination/real',
      fields,
      family,
    ),
    sourcePort: hasPorts ? pick(fields.get('source port/real') ?? IntervalSet.full(16), [40_000], 0) : undefined,
    destinationPort: hasPorts ? (port ?? 443) & 0xffff : undefined,
    in: interfaceOf('in', HAS_IN.has(id) || IS_PASSED_THROUGH.has(id)),
    out: interfaceOf('out', HAS_OUT.has(id)),
    numbers: numbersOf(fields, family),
  };
  return { ...packet, text: textOf(packet, fields, interfaces) };
}

function interfacesAmong(
  fields: ReadonlyMap<string, IntervalSet>,
  direction: 'in' | 'out',
  { cells }: Interfaces,
): IntervalSet {
  return fields.get(direction) ?? IntervalSet.range(INTERFACE_BITS, 0, cells.length);
}

/** Whether it is a later fragment, which has nothing of the transport header. */
function isHeaderless(fields: ReadonlyMap<string, IntervalSet>): boolean {
  if (fields.get('fragment')?.isSubsetOf(LATER)) return true;
  return ['ports', 'tcp flags', 'icmp4', 'icmp6'].some((field) => fields.get(`has ${field}`)?.contains(0) ?? false);
}

const LATER = IntervalSet.of(2, 2);

function protocolOf(fields: ReadonlyMap<string, IntervalSet>, family: 4 | 6, attempt: number): number {
  const protocols = ofService(fields, 'protocol') ?? IntervalSet.full(8);
  const echo = family === 4 ? ICMP : ICMPV6;
  const wishes: number[] = [];
  if (fields.has('icmp4') || fields.has('icmp6')) wishes.push(echo);
  if (fields.has('tcp flags')) wishes.push(TCP);
  return pick(protocols, [...wishes, TCP, UDP, echo], attempt > 32 ? attempt : 0);
}

function addressOf(set: IntervalSet | undefined, wish: bigint, attempt: number): bigint {
  if (!set || set.isEmpty()) return wish;
  const value = set.width > 32 ? wish : Number(wish);
  if (set.contains(value)) return wish;
  const at = attempt % set.intervalCount;
  const [low, high] = [BigInt(set.lowAt(at)), BigInt(set.highAt(at))];
  // The first address of a network is its own.
  return high > low ? low + 1n : low;
}

/** The first wish that is in the set, or a value of it; each attempt has another one first. */
function pick(set: IntervalSet, wishes: readonly number[], attempt: number): number {
  const wish = wishes.find((one) => set.contains(one));
  if (wish !== undefined && attempt === 0) return wish;
  const low = set.intervalCount === 0 ? 0 : Number(set.lowAt(attempt % set.intervalCount));
  const high = set.intervalCount === 0 ? 0 : Number(set.highAt(attempt % set.intervalCount));
  return Math.min(high, low + Math.floor(attempt / Math.max(1, set.intervalCount)));
}

const WISHES: Readonly<Record<string, readonly number[]>> = {
  'tcp flags': [TCP_FLAGS.syn, TCP_FLAGS.ack],
  icmp4: [8 << 8],
  icmp6: [128 << 8],
};

const NO_NUMBERS = /^(in|out|(source|destination|service|source port)\/real|has .*|\{.*|row of .*)$/s;

function numbersOf(fields: ReadonlyMap<string, IntervalSet>, family: 4 | 6): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>(isHeaderless(fields) ? [['fragment', 2]] : []);
  for (const [field, set] of fields) {
    if (NO_NUMBERS.test(field) || set.width > 48) continue;
    const bits = bitsOf(field, set.width, family);
    if (!bits) numbers.set(field, pick(set, WISHES[field] ?? [], 0));
    else if (!isAddress(bits.field)) {
      const value = withBits(BigInt(numbers.get(bits.field) ?? 0), bits.field, fields, family);
      numbers.set(bits.field, Number(value));
    }
  }
  return numbers;
}

/** The value with those of its bits that the region tells by a mask. */
function withBits(value: bigint, of: string, fields: ReadonlyMap<string, IntervalSet>, family: 4 | 6): bigint {
  let result = value;
  for (const [key, set] of fields) {
    const bits = bitsOf(key, set.width, family);
    if (bits?.field !== of) continue;
    const mask = ((1n << BigInt(set.width)) - 1n) << BigInt(bits.shift);
    result = (result & ~mask) | (BigInt(set.lowAt(0)) << BigInt(bits.shift));
  }
  return result;
}

function textOf(
  packet: Omit<SamplePacket, 'text'>,
  fields: ReadonlyMap<string, IntervalSet>,
  interfaces: Interfaces,
): string {
  const { family, protocol, numbers } = packet;
  const icmp = numbers.get(family === 4 ? 'icmp4' : 'icmp6');
  const isIcmp = protocol === (family === 4 ? ICMP : ICMPV6);
  const type = icmp === undefined ? (family === 4 ? '8/0' : '128/0') : `${icmp >> 8}/${icmp & 0xff}`;
  const words = [isIcmp ? `icmp${family} ${type}` : protocolName(protocol)];
  const end = (address: bigint, port: number | undefined) => {
    const text = family === 4 ? formatIpv4(Number(address)) : formatIpv6(address);
    return port === undefined ? text : family === 4 ? `${text}:${port}` : `[${text}]:${port}`;
  };
  words.push(end(packet.source, packet.sourcePort), '->', end(packet.destination, packet.destinationPort));
  for (const direction of ['in', 'out'] as const) {
    const name = interfaceAmong(packet[direction], interfacesAmong(fields, direction, interfaces), interfaces);
    if (name !== undefined) words.push(direction, name);
  }
  for (const field of ['length', 'ttl', 'dscp', 'mark'] as const) {
    const value = numbers.get(field);
    if (value !== undefined) words.push(field, String(value));
  }
  const flags = numbers.get('tcp flags');
  if (flags !== undefined && flags !== TCP_FLAGS.syn) {
    words.push(
      'tcp flags',
      Object.entries(TCP_FLAGS)
        .flatMap(([name, bit]) => ((flags & bit) === 0 ? [] : [name]))
        .join('+') || 'none',
    );
  }
  const fragment = numbers.get('fragment') ?? 0;
  if (fragment > 0) words.push('fragment', fragment === 1 ? 'first' : 'later');
  const state = numbers.get('state');
  if (state === ESTABLISHED) words.push('established');
  return words.join(' ');
}

function valueIn(packet: SamplePacket, field: string): bigint | number | undefined {
  switch (field) {
    case 'source/real':
      return packet.family === 4 ? Number(packet.source) : packet.source;
    case 'destination/real':
      return packet.family === 4 ? Number(packet.destination) : packet.destination;
    case 'protocol':
      return packet.protocol;
    case 'source port/real':
      return packet.sourcePort;
    case 'destination port/real':
      return packet.destinationPort;
    default:
      return packet.numbers.get(field);
  }
}
