/** Packets that the host's IP layer throws away as they arrive, before any table of Netfilter's IP families sees them. */
import type { Interface } from '../environment.ts';
import type { Packet } from '../packet/packet.ts';
import { onesComplementSum } from '../packet/checksum.ts';
import type { IcmpError } from './icmp-errors.ts';
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

/** Why ip_rcv or ipv6_rcv throws the packet away for what its header says; undefined where it does not. */
export function refusedOnArrival(packet: Packet, at: Interface): string | undefined {
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
  if (at.loopback !== true && (source === LOOPBACK_6 || destination === LOOPBACK_6)) {
    return 'loopback address on a link';
  }
  if (isMulticast(6, source)) return 'multicast source';
  if (isMulticast(6, destination)) {
    const scope = (destination >> 112n) & 0xfn;
    if (scope === 0n || (scope === 1n && at.loopback !== true)) return 'multicast that stays within a node';
  }
  return undefined;
}

const ROUTER_ALERT = 5;
const JUMBO = 0xc2;
const KNOWN_OPTIONS = new Set([ROUTER_ALERT, JUMBO]);

/** Hop-by-hop options (RFC 8200, section 4.2): the upper two bits tell what to do with unknown ones. */
export function refusedOptions(packet: Packet): string | undefined {
  if (packet.family === 4) return undefined;
  if (unknownOption(packet) !== undefined) return 'unknown hop-by-hop option';
  return packet.options.wellFormed ? undefined : 'malformed hop-by-hop options';
}

function unknownOption(packet: Packet): number | undefined {
  return packet.options.types.find((type) => !KNOWN_OPTIONS.has(type) && type >> 6 !== 0);
}

const UNRECOGNIZED_OPTION = 2;
const HOP_BY_HOP_OPTIONS_AT = 42;

/** The error that an unknown hop-by-hop option calls for: always, unless the packet is for a group, or never. */
export function errorAboutOption(packet: Packet): IcmpError | undefined {
  // It is found before whatever makes no sense behind it.
  const option = packet.family === 6 ? unknownOption(packet) : undefined;
  const action = option === undefined ? 0 : option >> 6;
  if (option === undefined || action < 2 || (action === 3 && isMulticast(6, packet.destination ?? 0n))) {
    return undefined;
  }
  const at = optionAt(packet.bytes, HOP_BY_HOP_OPTIONS_AT, option);
  return { type: PARAMETER_PROBLEM[6], code: UNRECOGNIZED_OPTION, rest: at };
}

/** Where an option of this type starts, by walking over those before it. */
function optionAt(bytes: Uint8Array, from: number, type: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== type) at += bytes[at] === 0 ? 1 : 2 + (bytes[at + 1] ?? 0);
  return at;
}

const PARAMETER_PROBLEM = { 4: 12, 6: 4 } as const;
const IPV4_OPTIONS_AT = 20;

/** The error about IPv4 options that are none (RFC 792): it points at the first that makes no sense. */
export function errorAboutMalformedOptions(packet: Packet): IcmpError | undefined {
  if (packet.family === 6 || packet.options.wellFormed) return undefined;
  const end = ((packet.bytes[0] ?? 0) & 0x0f) * 4;
  let at = IPV4_OPTIONS_AT;
  for (;;) {
    if (packet.bytes[at] === 1) {
      at += 1;
      continue;
    }
    const length = packet.bytes[at + 1] ?? 0;
    if (length < 2 || at + length > end) break;
    at += length;
  }
  return { type: PARAMETER_PROBLEM[4], code: 0, rest: (at << 24) >>> 0 };
}
