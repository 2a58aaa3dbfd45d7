/**
 * The fields of a packet that rules can test in XDP: how the program holds each, and how it finds the row of rules that
 * its value belongs to.
 */
import { FIELD_WIDTHS, type AddressField, type NumberField } from '../../compiler/model/fields.ts';

/**
 * Fields that frames have, and what packets that leave have besides: a mark, and a zone that they leave by. `balanced` is what rules
 * of `balance` ask, in one number: the service of a whole packet, and of a fragment the protocol above FRAGMENT.
 */
export type PacketField = Exclude<NumberField, 'state'> | AddressField | 'in' | 'out' | 'balanced';

export interface FieldDefinition {
  readonly field: PacketField;
  /** In C. */
  readonly name: string;
  /** What names of maps begin with, and of their files: the kernel keeps 15 letters, `_rules` among them. */
  readonly map: string;
  /**
   * How a value leads to a row: `direct`: an element for each value; `ranges`: a search in ranges, `wide` where they do not
   * fit into 32 bits; `address`: a table for each family.
   */
  readonly search: 'direct' | 'ranges' | 'wide' | 'address';
  /** For people: what it is, */
  readonly noun: string;
  /** and what its values mean, where that is not plain. */
  readonly values: string | undefined;
}

/** The bit of `balanced` that fragments have. */
export const FRAGMENT = 2 ** 24;
const BALANCED_WIDTH = 25;

/** Most zones that a program tells apart; 0 stands for none. */
export const MOST_ZONES = 255;

/** Of fields whose names are too long for those of maps. */
const SHORT: Partial<Readonly<Record<PacketField, string>>> = {
  destination: 'dest',
  'source port': 'sport',
  'destination port': 'dport',
  'source mac': 'smac',
  out: 'out_zone',
};

/** In the order in which the program's text has them. */
export const FIELDS: readonly FieldDefinition[] = [
  define('source', 'address', 'source address'),
  define('destination', 'address', 'destination address'),
  define('service', 'ranges', 'service', 'protocol, and destination port in the lower 16 bits'),
  define('protocol', 'direct', 'protocol', 'behind all extension headers'),
  define('destination port', 'direct', 'destination port'),
  define('source port', 'direct', 'source port'),
  define('tcp flags', 'direct', 'TCP flags', 'fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ece 64, cwr 128'),
  define('icmp4', 'direct', 'ICMP type', 'with the code in the lower 8 bits'),
  define('icmp6', 'direct', 'ICMPv6 type', 'with the code in the lower 8 bits'),
  define('length', 'ranges', 'length', 'of the IP packet, headers included'),
  define('family', 'direct', 'family', '4 or 6'),
  define('fragment', 'direct', 'fragment', '0 not a fragment, 1 the first, 2 a later one'),
  define('ttl', 'direct', 'TTL or hop limit'),
  define('dscp', 'direct', 'DSCP'),
  define('vlan', 'direct', 'outermost VLAN'),
  define('source mac', 'wide', 'source MAC'),
  define('balanced', 'ranges', 'balanced service', 'as a service; of fragments the protocol, with bit 24'),
  define('mark', 'ranges', 'mark'),
  define('in', 'direct', 'zone', 'that the frame came in by, numbered from 1 in the order of the policy'),
  define('out', 'direct', 'zone', 'that the packet leaves by, numbered from 1 in the order of the policy'),
];

function define(field: PacketField, search: FieldDefinition['search'], noun: string, values?: string): FieldDefinition {
  const name = field === 'in' || field === 'out' ? 'zone' : field.replace(' ', '_');
  return { field, name, map: SHORT[field] ?? name, search, noun, values };
}

export function definitionOf(field: PacketField): FieldDefinition {
  return FIELDS.find((definition) => definition.field === field)!;
}

/** Bits of a field's values; an address's depend on its family. */
export function widthOf(field: PacketField, family: 4 | 6 | undefined): number {
  if (field === 'source' || field === 'destination') return family === 6 ? 128 : 32;
  if (field === 'balanced') return BALANCED_WIDTH;
  return field === 'in' || field === 'out' ? 8 : FIELD_WIDTHS[field];
}
