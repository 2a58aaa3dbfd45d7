/**
 * The fields of a packet that rules can test in XDP: how the program holds each, and how it finds the row of rules that
 * its value belongs to.
 */
import { FIELD_WIDTHS, type AddressField, type NumberField } from '../../compiler/model/fields.ts';

/** Fields that frames have; a mark and a state come later on their way. */
export type PacketField = Exclude<NumberField, 'mark' | 'state'> | AddressField | 'in';

/**
 * How a value leads to a row: `direct`: an array with an element for each value; `sorted`: a binary search over the first
 * values of ranges; `address`: a table for each family.
 */
type Search =
  | { readonly kind: 'direct'; readonly values: number }
  | { readonly kind: 'sorted'; readonly type: '__u32' | '__u64' }
  | { readonly kind: 'address' };

export interface FieldDefinition {
  readonly field: PacketField;
  /** In C, in names of maps and in file names. */
  readonly name: string;
  readonly search: Search;
  /** For people, in comments of the program. */
  readonly meaning: string;
  /** Whether there are packets without it. */
  readonly mayLack: boolean;
}

function direct(field: Exclude<PacketField, AddressField | 'in'>, name: string, meaning: string): FieldDefinition {
  return { field, name, search: { kind: 'direct', values: 2 ** FIELD_WIDTHS[field] }, meaning, mayLack: true };
}

/** Most zones that a program tells apart; 0 stands for none. */
export const MOST_ZONES = 255;

/** Those that tell most packets apart come first: a row without rules ends the search. */
export const FIELDS: readonly FieldDefinition[] = [
  { field: 'source', name: 'source', search: { kind: 'address' }, meaning: 'source address', mayLack: false },
  {
    field: 'destination',
    name: 'destination',
    search: { kind: 'address' },
    meaning: 'destination address',
    mayLack: false,
  },
  {
    field: 'service',
    name: 'service',
    search: { kind: 'sorted', type: '__u32' },
    meaning: 'protocol, and destination port in the lower 16 bits',
    mayLack: true,
  },
  direct('protocol', 'protocol', 'protocol behind all extension headers'),
  direct('destination port', 'destination_port', 'destination port'),
  direct('source port', 'source_port', 'source port'),
  direct('tcp flags', 'tcp_flags', 'TCP flags: fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ece 64, cwr 128'),
  direct('icmp4', 'icmp4', 'ICMP type, and code in the lower 8 bits'),
  direct('icmp6', 'icmp6', 'ICMPv6 type, and code in the lower 8 bits'),
  {
    field: 'length',
    name: 'length',
    search: { kind: 'sorted', type: '__u32' },
    meaning: 'length of the IP packet, headers included',
    mayLack: false,
  },
  direct('family', 'family', '4 or 6'),
  direct('fragment', 'fragment', '0 not a fragment, 1 the first, 2 a later one'),
  direct('ttl', 'ttl', 'TTL or hop limit'),
  direct('dscp', 'dscp', 'DSCP'),
  direct('vlan', 'vlan', 'number of the outermost VLAN'),
  {
    field: 'source mac',
    name: 'source_mac',
    search: { kind: 'sorted', type: '__u64' },
    meaning: 'source MAC',
    mayLack: false,
  },
  {
    field: 'in',
    name: 'zone',
    search: { kind: 'direct', values: MOST_ZONES + 1 },
    meaning: 'zone that the frame came in by, in the order of the policy',
    mayLack: true,
  },
];

export function definitionOf(field: PacketField): FieldDefinition {
  return FIELDS.find((definition) => definition.field === field)!;
}

/** Bits of a field's values; an address's depend on its family. */
export function widthOf(field: PacketField, family: 4 | 6 | undefined): number {
  if (field === 'source' || field === 'destination') return family === 6 ? 128 : 32;
  return field === 'in' ? 8 : FIELD_WIDTHS[field];
}
