/** What a policy is carried out in: the host's interfaces, addresses, routes and sockets. Nothing here changes by packets. */
import type { Zone } from '../model/policy.ts';
import type { AddressSet } from '../net/address-set.ts';

export interface InterfaceAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
  /** Of the network that is reached directly. */
  readonly length: number;
}

export interface Interface {
  readonly name: string;
  /** A VLAN device: frames tagged so on the parent are its own. */
  readonly vlanOf?: { readonly parent: string; readonly vlan: number } | undefined;
  /** Port number on a NIC, for zones of ports. */
  readonly port?: number | undefined;
  /** 48 bits. Without it, every frame is taken to be for this host. */
  readonly mac?: bigint | undefined;
  /** Greatest layer 3 packet, in bytes. */
  readonly mtu: number;
  /** The first of each family is the primary one. */
  readonly addresses: readonly InterfaceAddress[];
  readonly loopback?: boolean | undefined;
}

export type RouteKind = 'unicast' | 'local' | 'unreachable' | 'prohibit' | 'blackhole';

/**
 * A route. Those that follow from interface addresses (to the address itself, its network and its broadcast address) are
 * implied and need not be listed.
 */
export interface Route {
  readonly family: 4 | 6;
  readonly network: bigint;
  readonly length: number;
  readonly kind: RouteKind;
  /** The interface the packet leaves by; for `unicast` only. */
  readonly out?: string | undefined;
  readonly via?: bigint | undefined;
}

/** A socket that takes packets. Without an address or a port: any. With a peer, it is a connection, and takes its packets alone. */
export interface ListeningSocket {
  readonly name: string;
  readonly protocol: number;
  readonly address?: { readonly family: 4 | 6; readonly value: bigint } | undefined;
  readonly port?: number | undefined;
  readonly peer?: { readonly value: bigint; readonly port: number } | undefined;
}

export interface Environment {
  readonly interfaces: readonly Interface[];
  readonly routes: readonly Route[];
  readonly sockets: readonly ListeningSocket[];
  /** The policy's zones as a target binds them; the policy's own binding where it is left out. */
  readonly zones?: ReadonlyMap<string, Zone> | undefined;
  /** Multicast groups that were joined, besides those that every router is in. */
  readonly groups?: readonly { readonly family: 4 | 6; readonly value: bigint; readonly in: string }[] | undefined;
  /** Backends that a health check found dead. */
  readonly down?: AddressSet | undefined;
  /** The bits of the packet mark that the policy may use; all unless said. */
  readonly markMask?: number | undefined;
  /** Reverse path filter of IPv4 (RFC 3704): `strict` needs the route back by the same interface, `loose` any route. */
  readonly reversePath?: 'off' | 'strict' | 'loose' | undefined;
}

export function interfaceNamed(environment: Environment, name: string | undefined): Interface | undefined {
  return environment.interfaces.find((candidate) => candidate.name === name);
}
