/** Which of its addresses the host uses: as the source of what it sends, for masquerade, for redirect. */
import type { Environment, Interface, InterfaceAddress } from '../environment.ts';
import { isInPrefix } from '../../model/cells.ts';
import { isLinkLocal } from './routing.ts';

/**
 * The address of an interface toward another host: for IPv4 the first in whose network the host is, else the first
 * (inet_select_addr); for IPv6 the first of the host's scope (RFC 6724, rule 2).
 */
export function addressToward(at: Interface, family: 4 | 6, host: bigint): bigint | undefined {
  const own = at.addresses.filter((address) => address.family === family);
  const fitting =
    family === 4
      ? own.find((address) => isInPrefix(address, 4, host))
      : own.find((address) => sameScope(address, host));
  return (fitting ?? own[0])?.value;
}

function sameScope(address: InterfaceAddress, host: bigint): boolean {
  return isLinkLocal(address.value) === isLinkLocal(host);
}

/** The same, or an address of another interface where this one has none (for IPv4, of global scope). */
export function sourceToward(environment: Environment, at: Interface, family: 4 | 6, host: bigint): bigint | undefined {
  const own = addressToward(at, family, host);
  if (own !== undefined && (family === 4 || isLinkLocal(own) === isLinkLocal(host))) return own;
  const others = environment.interfaces.filter(({ loopback }) => loopback !== true);
  return others.map((other) => addressToward(other, family, host)).find((address) => address !== undefined) ?? own;
}

/**
 * The first address of an interface, to which `redirect` turns packets; for IPv6 the first of the destination's scope
 * (nf_nat_redirect_ipv6): there is none for the long deprecated ones, and such packets are gone. A destination of no
 * scope in particular takes any, those that mean most first.
 */
export function primaryAddress(at: Interface, family: 4 | 6, destination: bigint): bigint | undefined {
  const own = at.addresses.filter((address) => address.family === family);
  if (family === 4) return own[0]?.value;
  const scope = scopeOf(destination);
  if (scope !== 'any') return own.find(({ value }) => scopeOf(value) === scope)?.value;
  return (own.find(({ value }) => scopeOf(value) === 'any') ?? own[0])?.value;
}

/** Where an address of IPv6 means something (RFC 4007), in the kernel's order of asking (ipv6_addr_scope). */
function scopeOf(address: bigint): 'link' | 'site' | 'IPv4-compatible' | 'any' {
  if (isLinkLocal(address) || ((address >> 112n) & 0xff0fn) === 0xff02n) return 'link';
  if (address >> 118n === 0xfec0n >> 6n || ((address >> 112n) & 0xff0fn) === 0xff05n) return 'site';
  return address >> 32n === 0n && address !== 0n ? 'IPv4-compatible' : 'any';
}
