/** The surroundings in which an expectation's packet is sent: what `given` says, and what the line itself implies. */
import type { Expectation, Given, Policy, Zone } from '../../model/policy.ts';
import type { AddressSet } from '../../net/address-set.ts';
import { prefixEntries, toPrefixes } from '../../net/prefixes.ts';
import type { Environment, Interface, InterfaceAddress, Route } from '../environment.ts';
import { isMulticast, routeTo } from '../kernel/routing.ts';
import { membersOf } from '../zones.ts';

export interface Scene {
  readonly environment: Environment;
  /** Name of the interface that stands for a zone: its first member. */
  readonly interfaceOf: (zone: Zone) => string;
}

const MTU = 1500;
const LOOPBACK = 'lo';

/** Larger sets are routed to this host instead of being listed as addresses of an interface. */
const LISTED_ADDRESSES = 1024n;

/** What the surroundings of a packet depend on. */
type Ends = Pick<Expectation, 'source' | 'destination' | 'in' | 'out'>;

export function sceneFor(policy: Policy, given: Given, expectation: Ends): Scene {
  const zones = policy.targets[0]?.zones;
  const named = new Map(policy.zones.map((zone) => [zone.name, interfaceFor(zone, zones)]));
  const interfaceOf = (zone: Zone): string => named.get(zone.name)?.name ?? zone.name;
  const known: Environment = {
    interfaces: [loopback(given), ...[...named].map(([zone, at]) => withAddresses(at, zone, given))],
    routes: [...given.routes.flatMap(({ to, out }) => routesTo(to, interfaceOf(out))), ...localRoutes(given)],
    sockets: [],
    zones,
    down: given.down,
  };
  return { environment: withImplied(known, expectation, interfaceOf), interfaceOf };
}

/** The interface that stands for a zone: `eth*` becomes `eth0`; of VLANs the first is taken, as a device of its own. */
export function interfaceFor(zone: Zone, zones: Environment['zones']): Interface {
  const [member] = membersOf(zone, { interfaces: [], routes: [], sockets: [], zones });
  const base = (member?.interface ?? zone.name).replace(/\*$/, '0');
  const vlan = member?.vlans?.lowAt(0);
  const port = member?.ports?.lowAt(0);
  const common = { mtu: MTU, addresses: [], ...(port === undefined ? {} : { port: Number(port) }) };
  if (vlan === undefined) return { ...common, name: base };
  return { ...common, name: `${base}.${vlan}`, vlanOf: { parent: base, vlan: Number(vlan) } };
}

function loopback(given: Given): Interface {
  const own = given.addresses.filter(({ zone }) => zone === undefined).flatMap(({ set }) => listed(set));
  return {
    name: LOOPBACK,
    mtu: 65536,
    loopback: true,
    addresses: [{ family: 4, value: 0x7f000001n, length: 8 }, { family: 6, value: 1n, length: 128 }, ...own],
  };
}

function withAddresses(at: Interface, zone: string, given: Given): Interface {
  const own = given.addresses.filter((address) => address.zone?.name === zone).flatMap(({ set }) => listed(set));
  return { ...at, addresses: own };
}

/** The addresses of a set one by one; of large sets only the first. */
function listed(set: AddressSet): InterfaceAddress[] {
  const addresses: InterfaceAddress[] = [];
  for (const [family, values, length] of [[4, set.ipv4, 32] as const, [6, set.ipv6, 128] as const]) {
    for (const [low, high] of values.bigintIntervals()) {
      const count = high - low < LISTED_ADDRESSES ? high - low + 1n : 1n;
      for (let k = 0n; k < count; k++) addresses.push({ family, value: low + k, length });
    }
  }
  return addresses;
}

/** All addresses of large sets are this host's as well. */
function localRoutes(given: Given): Route[] {
  return given.addresses
    .filter(({ set }) => set.size() > LISTED_ADDRESSES)
    .flatMap(({ set }) => prefixesOf(set).map((prefix): Route => ({ ...prefix, kind: 'local' })));
}

function routesTo(set: AddressSet, out: string): Route[] {
  return prefixesOf(set).map((prefix): Route => ({ ...prefix, kind: 'unicast', out }));
}

function prefixesOf(set: AddressSet): Pick<Route, 'family' | 'network' | 'length'>[] {
  const of = (family: 4 | 6): Pick<Route, 'family' | 'network' | 'length'>[] =>
    [...prefixEntries(toPrefixes(family === 4 ? set.ipv4 : set.ipv6))].map(([network, length]) => ({
      family,
      network: BigInt(network),
      length,
    }));
  return [...of(4), ...of(6)];
}

/**
 * What the line itself gives where no `given` says otherwise: whatever has no route leaves by its `out`, answers go back by
 * its `in`; a packet that does not go out is for this host, and one that does not come in is from it.
 */
function withImplied(known: Environment, expectation: Ends, interfaceOf: (zone: Zone) => string): Environment {
  const { source, destination } = expectation;
  const routes: Route[] = [];
  const own: InterfaceAddress[] = [];
  if (expectation.out !== undefined) routes.push(...everythingBy(interfaceOf(expectation.out)));
  else if (destination.address !== undefined && isUnknown(known, destination.address)) {
    own.push(hostAddress(destination.address));
  }
  if (source.address !== undefined && isUnknown(known, source.address)) {
    if (expectation.in === undefined) own.push(hostAddress(source.address));
    else routes.push(hostRoute(source.address, interfaceOf(expectation.in)));
  }
  const interfaces = known.interfaces.map((at) =>
    at.loopback === true ? { ...at, addresses: [...at.addresses, ...own] } : at,
  );
  return { ...known, interfaces, routes: [...known.routes, ...routes], groups: groupOf(expectation, interfaceOf) };
}

type Address = NonNullable<Expectation['source']['address']>;

function isUnknown(environment: Environment, { family, value }: Address): boolean {
  return routeTo(environment, family, value).kind === 'no route';
}

function hostAddress({ family, value }: Address): InterfaceAddress {
  return { family, value, length: family === 4 ? 32 : 128 };
}

function hostRoute({ family, value }: Address, out: string): Route {
  return { family, network: value, length: family === 4 ? 32 : 128, kind: 'unicast', out };
}

function everythingBy(out: string): Route[] {
  return [
    { family: 4, network: 0n, length: 0, kind: 'unicast', out },
    { family: 6, network: 0n, length: 0, kind: 'unicast', out },
  ];
}

/** A packet to a group is expected by someone who is in it. */
function groupOf({ destination, in: zone }: Ends, interfaceOf: (zone: Zone) => string): Environment['groups'] {
  const { address } = destination;
  if (zone === undefined || address === undefined || !isMulticast(address.family, address.value)) return [];
  return [{ ...address, in: interfaceOf(zone) }];
}
