/** The fields of a packet that a NIC's tables can ask: how the program holds each in one number. */
import type { Family } from '../../compiler/4-program/program.ts';
import { FIELD_WIDTHS, type AddressField, type NumberField } from '../../compiler/model/fields.ts';
import type { RuleListName } from './tree.ts';

/** What is there or not, and has no value besides. The last two say that a filter forbids the packet. */
export type FlagField = 'inner vlan' | 'filter input' | 'filter forward';

export type KeyField =
  Exclude<NumberField, 'family' | 'fragment' | 'mark' | 'state'> | AddressField | FlagField | 'zone' | 'dont fragment';

export interface KeyFieldDefinition {
  readonly field: KeyField;
  /** In P4. */
  readonly name: string;
  /**
   * Not every packet has it: a bit above its values is 1 where the packet has the field, and all bits are 0 where it has not. So a
   * test of a value fails without it, and the complement holds.
   */
  readonly optional: boolean;
  /** For people: what it is. */
  readonly noun: string;
}

/** In the order in which the keys of tables have them. */
export const KEY_FIELDS: readonly KeyFieldDefinition[] = [
  define('zone', 'number of the zone that the frame came in by'),
  define('source', 'source address'),
  define('destination', 'destination address'),
  define('protocol', 'protocol behind the IP header'),
  define('service', 'protocol and destination port', true),
  define('source port', 'source port', true),
  define('destination port', 'destination port', true),
  define('tcp flags', 'TCP flags', true),
  define('icmp4', 'ICMP type and code', true),
  define('icmp6', 'ICMPv6 type and code', true),
  define('length', 'length of the IP packet'),
  define('ttl', 'TTL or hop limit'),
  define('dscp', 'DSCP'),
  define('vlan', 'outermost VLAN', true),
  define('source mac', 'source MAC'),
  define('inner vlan', 'a second VLAN', true),
  define('dont fragment', '"don\'t fragment" of IPv4'),
  define('filter input', 'whether `filter input` forbids the packet', true),
  define('filter forward', 'whether `filter forward` forbids the packet', true),
];

function define(field: KeyField, noun: string, optional = false): KeyFieldDefinition {
  return { field, name: field.replace(' ', '_'), optional, noun };
}

export function definitionOf(field: KeyField): KeyFieldDefinition {
  return KEY_FIELDS.find((definition) => definition.field === field)!;
}

/** An IP packet of either family: 40 bytes of header and 65,535 behind it at most. */
const LENGTH_WIDTH = 17;
const ZONE_WIDTH = 8;

/** Most zones that a program tells apart; 0 stands for none. */
export const MOST_ZONES = 2 ** ZONE_WIDTH - 1;

/** Bits of the values themselves. */
export function valueWidth(field: KeyField, family: Family): number {
  if (field === 'source' || field === 'destination') return family === 4 ? 32 : 128;
  switch (field) {
    case 'zone':
      return ZONE_WIDTH;
    case 'length':
      return LENGTH_WIDTH;
    case 'dont fragment':
      return 1;
    case 'inner vlan':
    case 'filter input':
    case 'filter forward':
      return 0;
    default:
      return FIELD_WIDTHS[field];
  }
}

/** Bits of the number that a key holds. */
export function keyWidth(field: KeyField, family: Family): number {
  return valueWidth(field, family) + Number(definitionOf(field).optional);
}

/**
 * Bits of the key by which a table of longest prefixes asks a field: whole bytes, with zeros before the number. BMv2 counts a
 * prefix's bits from the first bit of its first byte, whatever the width (behavioral-model, issue 1331).
 */
export function prefixKeyWidth(field: KeyField, family: Family): number {
  return 8 * Math.ceil(keyWidth(field, family) / 8);
}

/** Of a field's value, in the struct of keys; addresses of both families have places of their own. */
export function keyName(field: KeyField, family: Family): string {
  const { name } = definitionOf(field);
  return field === 'source' || field === 'destination' ? `${name}_ipv${family}` : name;
}

/** Of the sets that a field's value is in, in the struct of keys; and of the table that tells. Each list has its own. */
export function setsName(field: KeyField, family: Family, list: RuleListName): string {
  const own = list === 'mitigate' ? '' : `${list.replace(' ', '_')}_`;
  return `${own}${definitionOf(field).name}_sets_ipv${family}`;
}
