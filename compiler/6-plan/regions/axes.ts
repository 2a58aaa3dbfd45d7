/**
 * Fields as axes of a space of packets. Protocol and destination port are one axis, `transport`: protocol × 2^17, then
 * 2^16 + port for packets that have ports. On the axis of a field that some packets lack, `absent` is a value of its own.
 */
import { fieldKey, isSetTest } from '../../4-program/atoms.ts';
import type { Atom, AtomTest, Family } from '../../4-program/program.ts';
import { EXTENSION_HEADERS, FIELD_WIDTHS, PROTOCOLS_WITH_PORTS, type NumberField } from '../../model/fields.ts';
import type { MaskedTest, NumberTest } from '../../model/condition.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { MaskedValue } from '../../net/masked.ts';

/** Values of a packet along one axis. */
export interface AxisTest {
  readonly axis: string;
  readonly values: IntervalSet;
}

const PORT_BITS = 16;
const WITH_PORTS: readonly number[] = PROTOCOLS_WITH_PORTS;
const TRANSPORT_BITS = 8 + 1 + PORT_BITS;
const ZONE_BITS = 16;
/** Masks over wider fields may be a great many intervals. */
const WIDEST_MASKED = 8;
/** What an optional field of `width` bits is where a packet lacks it: the greatest value of its axis. */
const absentOf = (width: number): number | bigint => (width < 32 ? 2 ** width : 1n << BigInt(width));

/** Transports without a destination port, of these protocols: that other protocols have, and later fragments. */
const withoutPort = (protocols: Iterable<readonly [number, number]>) =>
  IntervalSet.fromIntervals(
    TRANSPORT_BITS,
    [...protocols].flatMap(([low, high]) =>
      range(low, high).map((protocol) => [protocol << (PORT_BITS + 1), protocol << (PORT_BITS + 1)] as const),
    ),
  );

/** Transports of these services (protocol × 2^16 + port). */
const withService = (services: IntervalSet) =>
  IntervalSet.unionOf(
    TRANSPORT_BITS,
    PROTOCOLS_WITH_PORTS.map((protocol) => {
      const own = services.intersect(IntervalSet.range(24, protocol << PORT_BITS, (protocol << PORT_BITS) | 0xffff));
      const at = (service: number) => (protocol << (PORT_BITS + 1)) | (1 << PORT_BITS) | (service & 0xffff);
      return IntervalSet.fromIntervals(
        TRANSPORT_BITS,
        Array.from(own.numberIntervals(), ([low, high]) => [at(low), at(high)] as const),
      );
    }),
  );

const EVERY_SERVICE = IntervalSet.full(24);
const WITH_PORT = withService(EVERY_SERVICE);
const TRANSPORTS = WITH_PORT.union(withoutPort([[0, 255]]));

/** Transports of these protocols, with a port or without. */
const ofProtocols = (protocols: IntervalSet) =>
  withService(
    IntervalSet.fromIntervals(
      24,
      Array.from(
        protocols.numberIntervals(),
        ([low, high]) => [low << PORT_BITS, (high << PORT_BITS) | 0xffff] as const,
      ),
    ),
  ).union(withoutPort(protocols.numberIntervals()));

export const TRANSPORT = 'transport';

/** Transports of packets that are whole: with ports where the protocol has them. */
export const WHOLE_TRANSPORTS = WITH_PORT.union(
  withoutPort(range(0, 255).flatMap((one) => (WITH_PORTS.includes(one) ? [] : [[one, one] as const]))),
);

/**
 * Transports without a port of the protocols that IPv6 has as extension headers. A later fragment that names one is in here, and has
 * no protocol (RFC 8200, 4.5: what follows that header is not known).
 */
export const EXTENSION_TRANSPORTS = withoutPort(EXTENSION_HEADERS.map((header) => [header, header] as const));

/** Which transports a packet has if it has the field, as far as that is certain; of the rest it may have any. */
export const CARRIERS: ReadonlyMap<string, IntervalSet> = new Map([
  ['source port/real', WITH_PORT],
  ['tcp flags/real', ofProtocols(IntervalSet.of(8, 6))],
  ['icmp4/real', ofProtocols(IntervalSet.of(8, 1))],
  ['icmp6/real', ofProtocols(IntervalSet.of(8, 58))],
]);

/** Both ports are there or not together. */
export const SOURCE_PORT = 'source port/real';

/** Fields that every packet has, and which values they may have. */
const CERTAIN: ReadonlyMap<NumberField, IntervalSet> = new Map<NumberField, IntervalSet>([
  ['ttl', IntervalSet.full(FIELD_WIDTHS.ttl)],
  ['dscp', IntervalSet.full(FIELD_WIDTHS.dscp)],
  ['mark', IntervalSet.full(FIELD_WIDTHS.mark)],
  ['fragment', IntervalSet.range(FIELD_WIDTHS.fragment, 0, 2)],
  ['state', IntervalSet.range(FIELD_WIDTHS.state, 0, 4)],
]);

/** Zones by name, numbered from 1 on; 0 stands for an interface that is in none. */
export type ZoneNumbers = Map<string, number>;

/** The axis along which a test asks, whatever it asks there; undefined: none tells. */
export function axisOf(test: AtomTest): string | undefined {
  switch (test.kind) {
    case 'zone':
      return test.field;
    case 'number':
      return axisOfNumber(test.field, test.view);
    case 'masked':
      return axisOfNumber(test.field, undefined);
    case 'address':
      return fieldKey(test);
    default:
      return undefined;
  }
}

function axisOfNumber(field: NumberField, view: NumberTest['view'] = 'real'): string | undefined {
  if (field === 'family' || field === 'length') return undefined;
  return view === 'real' && OF_TRANSPORT.has(field) ? TRANSPORT : fieldKey({ field, view });
}

/** Fields that are one axis. */
const OF_TRANSPORT: ReadonlySet<NumberField> = new Set<NumberField>(['protocol', 'service', 'destination port']);

/** What packets of the family that meet the atom have along an axis; undefined where axes cannot tell. */
export function axisTest(atom: Atom, family: Family, zones: ZoneNumbers): AxisTest | undefined {
  const positive = positiveTest(atom, family, zones);
  if (!positive || !atom.negated) return positive;
  return { ...positive, values: domainOf(positive.axis, family).subtract(positive.values) };
}

function positiveTest(atom: Atom, family: Family, zones: ZoneNumbers): AxisTest | undefined {
  const { test } = atom;
  if (test.kind === 'zone') {
    const numbers = test.zones.map(({ name }) => numberOf(name, zones));
    return {
      axis: test.field,
      values: IntervalSet.fromIntervals(
        ZONE_BITS,
        numbers.map((one) => [one, one] as const),
      ),
    };
  }
  if (test.kind === 'masked') return maskedTest(test);
  if (!isSetTest(atom)) return undefined;
  if (atom.test.kind === 'number') return numberTest({ ...atom.test, in: atom.test.in });
  return atom.test.family === family ? { axis: axisOf(atom.test)!, values: atom.test.in } : undefined;
}

function numberTest(test: NumberTest & { readonly in: IntervalSet }): AxisTest | undefined {
  const { field, in: set } = test;
  const axis = axisOf(test);
  if (axis === undefined) return undefined;
  if (axis === TRANSPORT) {
    if (field === 'protocol') return { axis, values: ofProtocols(set) };
    return { axis, values: field === 'service' ? withService(set) : withPort(set) };
  }
  const certain = CERTAIN.get(field);
  return { axis, values: certain ? set.intersect(certain) : widened(set) };
}

function maskedTest({ field, value, mask }: MaskedTest): AxisTest | undefined {
  if (FIELD_WIDTHS[field] > WIDEST_MASKED || field === 'family' || field === 'protocol') return undefined;
  if ((value & ~mask) !== 0) return undefined;
  const set = new MaskedValue(FIELD_WIDTHS[field], value, mask).toIntervalSet();
  return set && numberTest({ kind: 'number', field, in: set });
}

/** Transports with one of these destination ports. */
function withPort(ports: IntervalSet): IntervalSet {
  const services = PROTOCOLS_WITH_PORTS.flatMap((protocol) =>
    Array.from(
      ports.numberIntervals(),
      ([low, high]) => [(protocol << PORT_BITS) | low, (protocol << PORT_BITS) | high] as const,
    ),
  );
  return withService(IntervalSet.fromIntervals(24, services));
}

/** The same values on an axis with one bit more, which `absent` has alone. */
function widened(set: IntervalSet): IntervalSet {
  return IntervalSet.fromIntervals(set.width + 1, set.intervals());
}

/** Everything that a packet of the family may have along an axis. */
export function domainOf(axis: string, family: Family): IntervalSet {
  const domains = DOMAINS[family];
  let domain = domains.get(axis);
  if (!domain) domains.set(axis, (domain = makeDomain(axis, family)));
  return domain;
}

const DOMAINS = { 4: new Map<string, IntervalSet>(), 6: new Map<string, IntervalSet>() };

function makeDomain(axis: string, family: Family): IntervalSet {
  if (axis === TRANSPORT) return TRANSPORTS;
  if (axis === 'in' || axis === 'out') return IntervalSet.full(ZONE_BITS);
  const field = axis.replace(/\/.*/, '');
  if (field === 'source' || field === 'destination') return IntervalSet.full(family === 4 ? 32 : 128);
  const certain = CERTAIN.get(field as NumberField);
  if (certain) return certain;
  const width = FIELD_WIDTHS[field as NumberField];
  return widened(IntervalSet.full(width)).union(IntervalSet.of(width + 1, absentOf(width)));
}

function range(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}

function numberOf(name: string, zones: ZoneNumbers): number {
  let number = zones.get(name);
  if (number === undefined) zones.set(name, (number = zones.size + 1));
  return number;
}
