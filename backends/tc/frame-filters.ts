/**
 * Which frames a rule is for, as tc's filters can ask it: exact values and prefixes. They see frames as they are on the wire: of
 * fragments no ports (semantics/shape.ts), and what ends before its ports has port 0 for them. As frames come in, that is what a
 * policy means; as they leave, a fragment is part of a packet that has ports.
 */
import type { Atom, Family, ProgramRule } from '../../compiler/4-program/program.ts';
import { cellPrefix, cellRange, type Rows } from '../../compiler/model/cells.ts';
import type { Cell, NumberTest, ServiceCellTest } from '../../compiler/model/condition.ts';
import type { Shape } from '../../compiler/model/index.ts';
import { FIELD_WIDTHS, type AddressField } from '../../compiler/model/fields.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { prefixEntries, toPrefixes } from '../../compiler/net/prefixes.ts';

/** Why filters have no words for a rule, and what to write instead. */
export class NoKeys extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

const ICMP = 1;
const ICMPV6 = 58;

export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** The upper `length` bits of an address. */
export interface AddressPrefix {
  readonly value: bigint;
  readonly length: number;
}

/** Bits of a byte. */
export interface MaskedByte {
  readonly value: number;
  readonly mask: number;
}

/** What a rule asks, each a list of alternatives; undefined: nothing is asked. */
export interface Asked {
  readonly addresses: Map<AddressField, readonly AddressPrefix[]>;
  protocols: readonly number[] | undefined;
  /** A protocol with its destination ports. */
  services: readonly { readonly protocol: number; readonly ports: PortRange }[] | undefined;
  readonly ports: Map<'source port' | 'destination port', readonly PortRange[]>;
  /** TCP flags under a mask. */
  flags: { readonly value: number; readonly mask: number } | undefined;
  /** Types with their codes: 16 bits. */
  icmp: { readonly protocol: number; readonly types: readonly PortRange[] } | undefined;
  /** Of IPv4's byte of services, and IPv6's. */
  dscp: readonly MaskedByte[] | undefined;
  ttl: readonly MaskedByte[] | undefined;
}

/** Where a frame is met: as it comes in by a zone, or leaves by it. */
type Place = Pick<Shape, 'zone' | 'direction'>;

/**
 * What a rule asks of frames of a family at a place; undefined: it is for no such frame. Throws `NoKeys` where no filter can ask
 * what the rule asks.
 */
export function askedOf(rule: ProgramRule, family: Family, place: Place, rows: Rows): Asked | undefined {
  if (rule.family !== undefined && rule.family !== family) return undefined;
  if (!rule.atoms.every((atom) => isMetAt(atom, place))) return undefined;
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
  for (const atom of rule.atoms) if (!ask(asked, atom, family, place, rows)) return undefined;
  if (place.direction === 'egress') refuseTransport(asked, family);
  return asked;
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
      add(asked.addresses, test.field, [{ value: BigInt(prefix.value), length: prefix.length }]);
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
  const prefixes = [...prefixEntries(toPrefixes(set))].map(([value, length]) => ({ value: BigInt(value), length }));
  add(asked.addresses, field, prefixes);
  return prefixes.length > 0;
}

/** Two tests of one field that could not be joined are of cells. */
function add<K, V>(map: Map<K, readonly V[]>, field: K, keys: readonly V[]): void {
  if (map.has(field)) throw unknown('two addresses of one end');
  map.set(field, keys);
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
      asked.dscp = maskedBytes(negated ? set.complement() : set, 2);
      return asked.dscp.length > 0;
    case 'ttl':
      asked.ttl = maskedBytes(negated ? set.complement() : set, 0);
      return asked.ttl.length > 0;
    case 'icmp4':
    case 'icmp6':
      if (negated) throw unknown('`not` of ICMP');
      asked.icmp = { protocol: field === 'icmp4' ? ICMP : ICMPV6, types: rangesOf(set) };
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

/** A field of so many bits from bit `shift` of its byte on; whatever it is, is no alternative. */
function maskedBytes(set: IntervalSet, shift: number): readonly MaskedByte[] {
  const { width } = set;
  return [...prefixEntries(toPrefixes(set))].map(([value, length]) => ({
    value: Number(value) << shift,
    mask: ((2 ** width - 1) ^ (2 ** (width - length) - 1)) << shift,
  }));
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

function unknown(what: string): NoKeys {
  return new NoKeys(
    `tc's filters cannot ask for ${what}`,
    'Ask for addresses, protocols, services, DSCP or TTL; or have packets wait (without `policed`) and `nftables` in the target, which then chooses the class.',
  );
}
