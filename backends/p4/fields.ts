/** The fields of a packet that a NIC's tables can ask: how the program holds each in one number. */
import type { Family } from '../../compiler/4-program/program.ts';
import { FIELD_WIDTHS, type AddressField, type NumberField } from '../../compiler/model/fields.ts';

export type KeyField = Exclude<NumberField, 'family' | 'fragment' | 'mark' | 'state'> | AddressField | 'zone';

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
  if (field === 'zone') return ZONE_WIDTH;
  return field === 'length' ? LENGTH_WIDTH : FIELD_WIDTHS[field];
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

/** Of the sets that a field's value is in, in the struct of keys; and of the table that tells. */
export function setsName(field: KeyField, family: Family): string {
  return `${definitionOf(field).name}_sets_ipv${family}`;
}
