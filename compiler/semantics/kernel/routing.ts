/** Where a packet goes: the longest matching route. */
import type { Environment, Interface, InterfaceAddress, Route } from '../environment.ts';
import { interfaceNamed } from '../environment.ts';

export type Destination =
  | { readonly kind: 'local' }
  /** IPv4's limited broadcast, or that of the network behind an interface. */
  | { readonly kind: 'broadcast'; readonly out?: Interface | undefined }
  /** To a group that this host is in, on the link it came by. */
  | { readonly kind: 'multicast' }
  | { readonly kind: 'forward'; readonly out: Interface; readonly via: bigint | undefined }
  | { readonly kind: 'unreachable' | 'prohibit' | 'blackhole' | 'no route' | 'other group' };

const LIMITED_BROADCAST = 0xffffffffn;

export function isMulticast(family: 4 | 6, address: bigint): boolean {
  return family === 4 ? address >> 28n === 0xen : address >> 120n === 0xffn;
}

export function isLinkLocal(address: bigint): boolean {
  return address >> 118n === 0x3fan;
}

/** `arrivedBy`: link-local destinations are looked for on that link only. */
export function routeTo(
  environment: Environment,
  family: 4 | 6,
  destination: bigint,
  arrivedBy?: Interface,
): Destination {
  if (family === 4 && destination === LIMITED_BROADCAST) return { kind: 'broadcast' };
  if (isMulticast(family, destination)) {
    const joined = arrivedBy === undefined || isJoined(environment, arrivedBy, family, destination);
    return { kind: joined ? 'multicast' : 'other group' };
  }
  const route = tableOf(environment).find(family, destination, linkOf(family, destination, arrivedBy));
  if (route === undefined) return { kind: 'no route' };
  switch (route.kind) {
    case 'local':
      return { kind: 'local' };
    case 'broadcast':
      return { kind: 'broadcast', out: interfaceNamed(environment, route.out) };
    case 'unicast': {
      const out = interfaceNamed(environment, route.out);
      return out === undefined ? { kind: 'no route' } : { kind: 'forward', out, via: route.via };
    }
    default:
      return { kind: route.kind };
  }
}

function linkOf(family: 4 | 6, destination: bigint, arrivedBy: Interface | undefined): string | undefined {
  return family === 6 && isLinkLocal(destination) ? arrivedBy?.name : undefined;
}

type Entry = Omit<Route, 'kind'> & { readonly kind: Route['kind'] | 'broadcast' };

/** Routes by family and length, the longest first. */
class RouteTable {
  readonly #byLength: { readonly family: 4 | 6; readonly length: number; readonly routes: Map<bigint, Entry[]> }[] = [];

  constructor(entries: readonly Entry[]) {
    for (const entry of entries) this.#add(entry);
    this.#byLength.sort((a, b) => b.length - a.length);
  }

  find(family: 4 | 6, destination: bigint, link: string | undefined): Entry | undefined {
    for (const level of this.#byLength) {
      if (level.family !== family) continue;
      const entries = level.routes.get(network(family, destination, level.length));
      const found = entries?.find((entry) => link === undefined || entry.out === link || entry.out === undefined);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #add(entry: Entry): void {
    let level = this.#byLength.find(({ family, length }) => family === entry.family && length === entry.length);
    if (level === undefined) {
      level = { family: entry.family, length: entry.length, routes: new Map() };
      this.#byLength.push(level);
    }
    const key = network(entry.family, entry.network, entry.length);
    const known = level.routes.get(key);
    if (known === undefined) level.routes.set(key, [entry]);
    else known.push(entry);
  }
}

function network(family: 4 | 6, address: bigint, length: number): bigint {
  return address >> BigInt((family === 4 ? 32 : 128) - length);
}

const tables = new WeakMap<Environment, RouteTable>();

function tableOf(environment: Environment): RouteTable {
  let table = tables.get(environment);
  if (table === undefined) {
    const implied = environment.interfaces.flatMap((at) => at.addresses.flatMap((address) => routesOf(at, address)));
    // The local table is asked first: what it says of an address goes before any other route of that length.
    tables.set(
      environment,
      (table = new RouteTable([
        ...implied.filter(({ kind }) => kind !== 'unicast'),
        ...environment.routes,
        ...implied,
      ])),
    );
  }
  return table;
}

/** What an interface address brings with it. */
function routesOf(at: Interface, address: InterfaceAddress): Entry[] {
  const { family, value, length } = address;
  const width = family === 4 ? 32 : 128;
  const local: Entry = { family, network: value, length: width, kind: 'local', out: undefined };
  if (at.loopback === true) return [local, { family, network: value, length, kind: 'local' }];
  const direct: Entry = { family, network: value, length, kind: 'unicast', out: at.name };
  if (family === 6) return routesOf6(local, direct, at);
  if (length >= 31) return [local, direct];
  const hosts = (1n << BigInt(32 - length)) - 1n;
  const broadcast: Entry = { family, network: value | hosts, length: 32, kind: 'broadcast', out: at.name };
  return [local, broadcast, direct];
}

/** A router also answers to its networks' lowest addresses, as "any router there" (RFC 4291, section 2.6.1; RFC 6164). */
function routesOf6(local: Entry, direct: Entry, at: Interface): Entry[] {
  const own = isLinkLocal(local.network) ? { ...local, out: at.name } : local;
  const hosts = (1n << BigInt(128 - direct.length)) - 1n;
  const anyRouter: Entry = { ...own, network: direct.network & ~hosts };
  return direct.length >= 127 ? [own, direct] : [own, anyRouter, direct];
}

/** Whether an address is one of this host's own. */
export function isOwnAddress(environment: Environment, family: 4 | 6, address: bigint): boolean {
  return environment.interfaces.some((at) =>
    at.addresses.some((own) => own.family === family && own.value === address),
  );
}

const ALL_SYSTEMS = 0xe0000001n;
/** All nodes and all routers of the link, all routers of the site (RFC 4291, section 2.7.1). */
const GROUPS_OF_ROUTERS = new Set([(0xff02n << 112n) | 1n, (0xff02n << 112n) | 2n, (0xff05n << 112n) | 2n]);
const SOLICITED_NODE = (0xff02n << 112n) | (0x1ffn << 24n);

/** The groups that a router is in without being asked: RFC 1112 for IPv4, RFC 4291 for IPv6. */
function isJoined(environment: Environment, at: Interface, family: 4 | 6, group: bigint): boolean {
  const others = environment.groups?.filter((joined) => joined.family === family && joined.in === at.name) ?? [];
  if (others.some(({ value }) => value === group)) return true;
  const own = at.addresses.filter((address) => address.family === family);
  if (family === 4) return group === ALL_SYSTEMS;
  if (GROUPS_OF_ROUTERS.has(group)) return true;
  return own.some(({ value }) => group === (SOLICITED_NODE | (value & 0xffffffn)));
}
