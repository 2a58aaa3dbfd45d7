/** A packet that shows a difference, in the words of the language. */
import { protocolName } from '../../model/protocols.ts';
import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import { FLOW_STATES } from '../../model/fields.ts';
import type { Assignment } from '../diagrams.ts';
import { FAMILY_LEVEL, type LayoutField } from '../fields.ts';
import type { StagePackets } from './stage-packets.ts';

/** `tcp 10.0.0.1:1024 -> 10.0.0.2:22 in lan0 (state new)` */
export function packetText(packet: Assignment, packets: StagePackets): string {
  const number = (field: LayoutField, width = packets.placeOf(field).width): bigint => {
    let value = 0n;
    for (let bit = 0; bit < width; bit++) {
      value = (value << 1n) | (packet.has(packets.placeOf(field).first + bit) ? 1n : 0n);
    }
    return value;
  };
  const isSix = packet.has(FAMILY_LEVEL);
  const address = (field: 'source/real' | 'destination/real') =>
    isSix ? formatIpv6(number(field)) : formatIpv4(Number(number(field, 32)));
  const protocol = Number(number('protocol'));
  const hasPorts = packet.has(packets.placeOf('source port/real').presence ?? -1);
  const port = (field: 'source port/real' | 'destination port/real') => (hasPorts ? ` port ${number(field)}` : '');
  const ways = (['in', 'out'] as const).map((field) => {
    const name = packets.nameOf(Number(number(field)));
    return name === undefined ? '' : ` ${field} ${name}`;
  });
  const state = FLOW_STATES[Number(number('state'))] ?? 'new';
  return (
    `${protocolName(protocol)} ${address('source/real')}${port('source port/real')} -> ` +
    `${address('destination/real')}${port('destination port/real')}${ways.join('')} state ${state}`
  );
}
