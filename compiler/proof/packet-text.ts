/** A packet of a counterexample, for people. */
import type { View } from '../model/condition.ts';
import { FLOW_STATES, TCP_FLAGS } from '../model/fields.ts';
import type { Zone } from '../model/policy.ts';
import { protocolName } from '../model/protocols.ts';
import { formatIpv4, formatIpv6, formatMac } from '../net/address.ts';
import type { Assignment } from './diagrams.ts';
import { FieldReader } from './field-reader.ts';
import type { FieldLayout } from './fields.ts';

/** One line; what is 0 or not there is left out, and so are views that no test looked at. */
export function packetText(
  packet: Assignment,
  layout: FieldLayout,
  zones: readonly Zone[],
  answers: readonly string[],
): string {
  const reader = new FieldReader(packet, layout);
  const members = zones.flatMap(({ name, members: list }) => list.map((member) => member.interface ?? name));
  const parts = [`IPv${reader.family} ${protocolName(reader.number('protocol') ?? 0)} ${endsOf(reader, 'real')}`];
  for (const view of ['original', 'on wire'] as const) {
    if (hasEnds(reader, view)) parts.push(`${view} ${endsOf(reader, view)}`);
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

/** Whether an address or a port of the view is there, and is not 0. */
function hasEnds(reader: FieldReader, view: View): boolean {
  const bits = reader.family === 4 ? 32 : 128;
  return (['source', 'destination'] as const).some(
    (side) => reader.hasBits(`${side}/${view}`, bits) || reader.hasBits(`${side} port/${view}`),
  );
}

function endsOf(reader: FieldReader, view: View): string {
  return `${endOf(reader, 'source', view)} -> ${endOf(reader, 'destination', view)}`;
}

function endOf(reader: FieldReader, side: 'source' | 'destination', view: View): string {
  const bits = reader.family === 4 ? reader.number(`${side}/${view}`, 32) : reader.value(`${side}/${view}`, 128);
  if (bits === undefined) return 'nobody';
  const address = typeof bits === 'number' ? formatIpv4(bits) : formatIpv6(bits);
  const port = reader.number(`${side} port/${view}`);
  if (port === undefined) return address;
  return reader.family === 4 ? `${address}:${port}` : `[${address}]:${port}`;
}
