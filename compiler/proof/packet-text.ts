/** A packet of a counterexample, for people. */
import type { View } from '../model/condition.ts';
import { FLOW_STATES, TCP_FLAGS } from '../model/fields.ts';
import type { Zone } from '../model/policy.ts';
import { protocolName } from '../model/protocols.ts';
import { formatIpv4, formatIpv6, formatMac } from '../net/address.ts';
import type { Assignment } from './diagrams.ts';
import { FAMILY_LEVEL, type FieldLayout, type LayoutField } from './fields.ts';

/** Reads the values of a packet's fields. */
class FieldReader {
  readonly family: 4 | 6;
  readonly #packet: Assignment;
  readonly #layout: FieldLayout;

  constructor(packet: Assignment, layout: FieldLayout) {
    this.#packet = packet;
    this.#layout = layout;
    this.family = packet.has(FAMILY_LEVEL) ? 6 : 4;
  }

  /** Undefined where the packet lacks the field. */
  value(field: LayoutField, width?: number): bigint | undefined {
    const place = this.#layout.placeOf(field);
    if (place.presence !== undefined && !this.#packet.has(place.presence)) return undefined;
    let value = 0n;
    for (let bit = 0; bit < (width ?? place.width); bit++) {
      value = (value << 1n) | (this.#packet.has(place.first + bit) ? 1n : 0n);
    }
    return value;
  }

  number(field: LayoutField): number | undefined {
    const value = this.value(field);
    return value === undefined ? undefined : Number(value);
  }

  ends(view: View): string {
    return `${this.#end('source', view)} -> ${this.#end('destination', view)}`;
  }

  #end(side: 'source' | 'destination', view: View): string {
    const bits = this.value(`${side}/${view}`, this.family === 4 ? 32 : 128);
    if (bits === undefined) return 'nobody';
    const address = this.family === 4 ? formatIpv4(Number(bits)) : formatIpv6(bits);
    const port = this.value(`${side} port/${view}`);
    if (port === undefined) return address;
    return this.family === 4 ? `${address}:${port}` : `[${address}]:${port}`;
  }
}

/** One line; what is 0 or not there is left out, and so are views that no test looked at. */
export function packetText(
  packet: Assignment,
  layout: FieldLayout,
  zones: readonly Zone[],
  answers: readonly string[],
): string {
  const reader = new FieldReader(packet, layout);
  const members = zones.flatMap(({ name, members: list }) => list.map((member) => member.interface ?? name));
  const parts = [`IPv${reader.family} ${protocolName(reader.number('protocol') ?? 0)} ${reader.ends('real')}`];
  for (const view of ['original', 'on wire'] as const) {
    const ends = reader.ends(view);
    if (/[1-9a-f]/.test(ends.replaceAll(/nobody|->/g, ''))) parts.push(`${view} ${ends}`);
  }
  for (const side of ['in', 'out'] as const) {
    const number = reader.number(side)!;
    if (number > 0) parts.push(`${side} by ${members[number - 1] ?? 'an interface of no zone'}`);
  }
  const flags = reader.number('tcp flags');
  if (flags !== undefined) {
    const names = Object.entries(TCP_FLAGS).flatMap(([name, bit]) => ((flags & bit) === 0 ? [] : [name]));
    parts.push(`TCP flags ${names.join(' ') || 'none'}`);
  }
  const icmp = reader.number(reader.family === 4 ? 'icmp4' : 'icmp6');
  if (icmp !== undefined) parts.push(`ICMP type ${icmp >> 8} code ${icmp & 255}`);
  for (const field of ['length', 'ttl', 'dscp', 'vlan', 'mark', 'fragment'] as const) {
    const value = reader.number(field);
    if (value) parts.push(`${field} ${value}`);
  }
  const mac = reader.value('source mac');
  if (mac !== undefined) parts.push(`from MAC ${formatMac(mac)}`);
  const state = reader.number('state');
  if (state) parts.push(`state ${FLOW_STATES[state]}`);
  return [...parts, ...answers].join(', ');
}
