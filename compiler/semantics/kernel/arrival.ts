/** Packets that the host's IP layer throws away as they arrive, before any table of Netfilter's IP families sees them. */
import type { Interface } from '../environment.ts';
import type { Packet } from '../packet/packet.ts';
import { onesComplementSum } from '../packet/checksum.ts';
import { isMulticast } from './routing.ts';

const GROUP_BIT = 1n << 40n;

/** Whether the link brings the frame to this host: it is addressed to it, or to a group. */
export function isForHost(at: Interface, destinationMac: bigint | undefined): boolean {
  if (at.mac === undefined || destinationMac === undefined) return true;
  return destinationMac === at.mac || isGroupMac(destinationMac);
}

/** Whether a frame is for many: its packet is then not forwarded. */
export function isGroupMac(mac: bigint): boolean {
  return (mac & GROUP_BIT) !== 0n;
}

/** Why ip_rcv or ipv6_rcv throws the packet away; undefined where it does not. */
export function refusedOnArrival(packet: Packet, at: Interface): string | undefined {
  if (!packet.wellFormed) return 'malformed IP header or cut-off packet';
  return packet.family === 4 ? refusedIpv4(packet) : refusedIpv6(packet, at);
}

function refusedIpv4(packet: Packet): string | undefined {
  const headerLength = ((packet.bytes[0] ?? 0) & 0x0f) * 4;
  return onesComplementSum(packet.bytes, 0, headerLength) === 0xffff ? undefined : 'wrong IP header checksum';
}

const LOOPBACK_6 = 1n;

function refusedIpv6(packet: Packet, at: Interface): string | undefined {
  const source = packet.source ?? 0n;
  const destination = packet.destination ?? 0n;
  if (at.loopback !== true && (source === LOOPBACK_6 || destination === LOOPBACK_6))
    return 'loopback address on a link';
  if (isMulticast(6, source)) return 'multicast source';
  if (isMulticast(6, destination)) {
    const scope = (destination >> 112n) & 0xfn;
    if (scope === 0n || (scope === 1n && at.loopback !== true)) return 'multicast that stays within a node';
  }
  return refusedOptions(packet);
}

const PAD_N = 1;
const ROUTER_ALERT = 5;
const JUMBO = 0xc2;
const KNOWN_OPTIONS = [PAD_N, ROUTER_ALERT, JUMBO];

/** Hop-by-hop options (RFC 8200, section 4.2): the upper two bits tell what to do with unknown ones. */
function refusedOptions(packet: Packet): string | undefined {
  if (!packet.options.wellFormed) return 'malformed hop-by-hop options';
  const unknown = packet.options.types.find((type) => !KNOWN_OPTIONS.includes(type) && type >> 6 !== 0);
  return unknown === undefined ? undefined : 'unknown hop-by-hop option';
}
