/** Packets with addresses that cannot be: what routing refuses (ip_route_input_slow and fib_validate_source, RFC 1812). */
import type { Environment, Interface } from '../environment.ts';
import type { Packet } from '../packet/packet.ts';
import type { Destination } from './routing.ts';
import { isMulticast, isOwnAddress, routeTo } from './routing.ts';

const LIMITED_BROADCAST = 0xffffffffn;

/** The limited broadcast address, or the old form of it with zeros at both ends. */
export function isToEverybody({ family, source, destination }: Packet): boolean {
  return family === 4 && (destination === LIMITED_BROADCAST || (source === 0n && destination === 0n));
}

function isLoopback4(address: bigint): boolean {
  return address >> 24n === 127n;
}

/** Why routing refuses an IPv4 packet that arrived by `at`; undefined where it does not. */
export function martian(
  environment: Environment,
  packet: Packet,
  destination: Destination,
  at: Interface,
): string | undefined {
  if (packet.family === 6 || at.loopback === true) return undefined;
  const source = packet.source ?? 0n;
  const target = packet.destination ?? 0n;
  if (isMulticast(4, source) || source === LIMITED_BROADCAST) return 'martian source';
  if (destination.kind === 'other group') return 'a group that this host is not in';
  if (destination.kind === 'multicast') return groupSourceRefused(environment, packet, at);
  // Who has no address yet may only call everybody.
  if (isToEverybody(packet)) return sourceRefused(environment, packet, at);
  if (source === 0n) return 'martian source';
  if (target === 0n) return 'martian destination';
  if (isLoopback4(target) || isLoopback4(source)) return 'loopback address on a link';
  return sourceRefused(environment, packet, at);
}

/** Who has no address yet may speak to groups that stay on the link (224.0.0.0/24). */
function groupSourceRefused(environment: Environment, packet: Packet, at: Interface): string | undefined {
  const source = packet.source ?? 0n;
  if (isLoopback4(source)) return 'loopback address on a link';
  const staysOnLink = (packet.destination ?? 0n) >> 8n === 0xe00000n;
  if (source === 0n) return staysOnLink ? undefined : 'martian source';
  return sourceRefused(environment, packet, at);
}

/** Nobody else may use this host's addresses; with a reverse path filter, the way back must be known. */
function sourceRefused(environment: Environment, packet: Packet, at: Interface): string | undefined {
  const source = packet.source ?? 0n;
  if (source === 0n) return undefined;
  if (isOwnAddress(environment, 4, source)) return 'martian source: an address of this host';
  const mode = environment.reversePath ?? 'off';
  if (mode === 'off') return undefined;
  const back = routeTo(environment, 4, source);
  const reachable = back.kind === 'forward' && (mode === 'loose' || back.out.name === at.name);
  return reachable ? undefined : 'reverse path filter';
}
