/** Which variables stand for which field of a packet, and in which order. */
import type { View } from '../model/condition.ts';
import { FIELD_WIDTHS, type AddressField, type NumberField } from '../model/fields.ts';

/** A field as a diagram has it; `service` is made of two of these. */
export type DiagramField = `${AddressField | 'source port' | 'destination port'}/${View}` | PlainField;

type PlainField = Exclude<NumberField, 'service' | 'family' | 'source port' | 'destination port'>;

/** Where a field's bits stand: `width` variables from `first` on, the most significant first. */
export interface FieldPlace {
  readonly first: number;
  readonly width: number;
  /** The variable that is 1 where a packet has the field; undefined: every packet has it. */
  readonly presence: number | undefined;
}

/** 1 for IPv6, 0 for IPv4: before everything else, so that an address's bits are of one family below. */
export const FAMILY_LEVEL = 0;
/** Interfaces and their VLANs are numbers of so many bits, 0 for one that is in no zone. */
export const INTERFACE_BITS = 16;
/** An IPv4 address takes the first 32. */
const ADDRESS_BITS = 128;

/** Fields that some packets lack. */
const OPTIONAL: ReadonlySet<string> = new Set(['tcp flags', 'icmp4', 'icmp6', 'vlan', 'source mac']);

const VIEWS: readonly View[] = ['real', 'original', 'on wire'];

/** What a field's variables are named by. */
export type LayoutField = DiagramField | 'in' | 'out';

const SOURCE_PORTS = VIEWS.map((view) => `source port/${view}` as const);
const DESTINATION_PORTS = VIEWS.map((view) => `destination port/${view}` as const);
const ADDRESSES = VIEWS.flatMap((view) => [`destination/${view}`, `source/${view}`] as const);
const SOURCES_FIRST = VIEWS.flatMap((view) => [`source/${view}`, `destination/${view}`] as const);
const FIRST: readonly LayoutField[] = [
  ...(['state', 'fragment', 'in', 'out', 'vlan', 'mark', 'dscp', 'ttl', 'length'] as const),
  ...(['protocol', 'tcp flags', 'icmp4', 'icmp6'] as const),
];

/** An order of all fields. */
export type FieldOrder = readonly LayoutField[];

/**
 * Rules that name a MAC address name the host that has it, too: asked behind the addresses, each costs one path; before
 * them, each has a copy of all that is asked of addresses.
 */
const LAST: readonly LayoutField[] = ['source mac'];

/**
 * Orders of the fields, to be tried one after the other: what is large in one may be small in another (measured; see
 * README.md). The three views of a port or an address are fields of their own.
 */
export const ORDERS: readonly FieldOrder[] = [
  [...FIRST, ...DESTINATION_PORTS, ...ADDRESSES, ...SOURCE_PORTS, ...LAST],
  [...FIRST, ...SOURCE_PORTS, ...DESTINATION_PORTS, ...ADDRESSES, ...LAST],
  [...FIRST, ...ADDRESSES, ...DESTINATION_PORTS, ...SOURCE_PORTS, ...LAST],
  [...FIRST, ...SOURCES_FIRST, ...DESTINATION_PORTS, ...SOURCE_PORTS, ...LAST],
];

/** The ports of one view are there or not together. */
function presenceOwner(field: LayoutField): string | undefined {
  if (OPTIONAL.has(field)) return field;
  const [name, view] = field.split('/');
  if (name?.endsWith(' port')) return `ports/${view}`;
  return name !== field && view === 'original' ? field : undefined;
}

function widthOf(field: LayoutField): number {
  if (field === 'in' || field === 'out') return INTERFACE_BITS;
  const [name] = field.split('/') as [AddressField | NumberField];
  return name === 'source' || name === 'destination' ? ADDRESS_BITS : FIELD_WIDTHS[name];
}

/** The variables of all fields in one order. */
export class FieldLayout {
  readonly #places = new Map<LayoutField, FieldPlace>();
  /** The first variable behind all fields: from here on stand answers that no field gives. */
  readonly firstFree: number;

  constructor(order: FieldOrder) {
    const presences = new Map<string, number>();
    let level = FAMILY_LEVEL + 1;
    for (const field of order) {
      const owner = presenceOwner(field);
      if (owner !== undefined && !presences.has(owner)) presences.set(owner, level++);
      const width = widthOf(field);
      this.#places.set(field, {
        first: level,
        width,
        presence: owner === undefined ? undefined : presences.get(owner),
      });
      level += width;
    }
    this.firstFree = level;
  }

  placeOf(field: LayoutField): FieldPlace {
    return this.#places.get(field)!;
  }
}
