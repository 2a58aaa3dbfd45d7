/**
 * The router that random policies are tried on, described once: the lab builds its namespaces from this description, and
 * the reference semantics read the same one as their environment.
 */
import type { Environment, InterfaceAddress, Route } from '../../../compiler/semantics/environment.ts';
import type { LabOptions } from '../../../cli/lab/lab.ts';
import { parseAddress } from '../../../cli/lab/packet.ts';
import { linkOf, type LabInterface } from '../../../cli/lab/topology.ts';

/** What both the kernel and the reference are told of the router. */
export interface Network {
  readonly interfaces: readonly LabInterface[];
  /** With prefix length; on the loopback interface. */
  readonly localAddresses: readonly string[];
}

/** An uplink with the default routes, two networks of clients, and servers behind a narrow link. */
export const NETWORK: Network = {
  interfaces: [
    {
      name: 'uplink0',
      addresses: ['198.51.100.1/24', '2001:db8:b::1/64'],
      routes: ['0.0.0.0/0', '::/0'],
    },
    {
      name: 'lan0',
      addresses: ['10.0.0.1/24', '2001:db8:a::1/64'],
      routes: ['10.0.0.0/9', '2001:db8:a00::/40'],
    },
    {
      name: 'lan1',
      addresses: ['10.128.0.1/24', '2001:db8:c::1/64'],
      routes: ['10.128.0.0/9', '2001:db8:c00::/40'],
    },
    {
      name: 'dmz0',
      addresses: ['192.0.2.1/25', '2001:db8:d::1/64'],
      mtu: 1280,
    },
  ],
  localAddresses: ['192.0.2.200/32', '2001:db8:53::53/128'],
};

/** The lab's own loopback interface, as Linux makes it. */
const LOOPBACK = ['127.0.0.1/8', '::1/128'];
const LOOPBACK_MTU = 65_536;
const DEFAULT_MTU = 1500;

/** How the lab builds it; `settings` are those that the policy asks of its host. */
export function labOptions(network: Network): LabOptions {
  return { interfaces: network.interfaces, localAddresses: network.localAddresses };
}

/** What the reference takes for granted of it. */
export function environmentOf(network: Network): Environment {
  const interfaces = network.interfaces.map(({ name, addresses = [], mtu = DEFAULT_MTU }, index) => ({
    name,
    mtu,
    mac: macOf(linkOf(index).router),
    addresses: addresses.map(interfaceAddress),
  }));
  const loopback = {
    name: 'lo',
    mtu: LOOPBACK_MTU,
    loopback: true,
    addresses: [...LOOPBACK, ...network.localAddresses].map(interfaceAddress),
  };
  return { interfaces: [loopback, ...interfaces], routes: network.interfaces.flatMap(routesOf), sockets: [] };
}

function routesOf({ name, routes = [] }: LabInterface): Route[] {
  return routes.map((prefix): Route => {
    const { family, value, length } = interfaceAddress(prefix);
    return { family, network: value, length, kind: 'unicast', out: name, via: addressValue(gatewayOf(family)) };
  });
}

/** The lab's own default (topology.ts). */
function gatewayOf(family: 4 | 6): string {
  return family === 4 ? '169.254.0.1' : 'fe80::1';
}

function interfaceAddress(text: string): InterfaceAddress {
  const [address = '', length = ''] = text.split('/');
  return { family: address.includes(':') ? 6 : 4, value: addressValue(address), length: Number(length) };
}

/** An address as a number. */
export function addressValue(text: string): bigint {
  return BigInt(`0x${Buffer.from(parseAddress(text)).toString('hex')}`);
}

function macOf(text: string): bigint {
  return BigInt(`0x${text.replaceAll(':', '')}`);
}

/** The router's own addresses of a family, those of the loopback interface's standard networks left out. */
export function ownAddresses(network: Network, family: 4 | 6): bigint[] {
  const texts = [...network.interfaces.flatMap(({ addresses = [] }) => addresses), ...network.localAddresses];
  return texts.map(interfaceAddress).flatMap((one) => (one.family === family ? [one.value] : []));
}

/** The interface that leads to an address; undefined for the router's own and for what no route leads to. */
export function interfaceTowards(network: Network, family: 4 | 6, address: bigint): string | undefined {
  if (ownAddresses(network, family).includes(address)) return undefined;
  let best: { name: string; length: number } | undefined;
  for (const { name, addresses = [], routes = [] } of network.interfaces) {
    for (const prefix of [...addresses, ...routes].map(interfaceAddress)) {
      const hostBits = BigInt((family === 4 ? 32 : 128) - prefix.length);
      const leads = prefix.family === family && prefix.value >> hostBits === address >> hostBits;
      if (leads && prefix.length > (best?.length ?? -1)) best = { name, length: prefix.length };
    }
  }
  return best?.name;
}

/** The longest packet that fits through an interface, in bytes; of all interfaces, for what the router itself sends. */
export function mtuOf(network: Network, name: string): number {
  const mtus = network.interfaces.map((one) => one.mtu ?? DEFAULT_MTU);
  const at = network.interfaces.findIndex((one) => one.name === name);
  return mtus[at] ?? Math.min(...mtus);
}

/** The prefixes of a family that an interface leads to. */
export function prefixesBehind(
  network: Network,
  family: 4 | 6,
  name: string,
): readonly Pick<InterfaceAddress, 'value' | 'length'>[] {
  const found = network.interfaces.find((one) => one.name === name);
  return [...(found?.addresses ?? []), ...(found?.routes ?? [])]
    .map(interfaceAddress)
    .filter((prefix) => prefix.family === family);
}

/** Whether it is the last IPv4 address of a network that the router is in, which stands for all of it. */
export function isBroadcast(network: Network, address: bigint): boolean {
  const networks = network.interfaces.flatMap(({ addresses = [] }) => addresses).map(interfaceAddress);
  return networks.some(
    ({ family, value, length }) => family === 4 && address === (value | ((1n << BigInt(32 - length)) - 1n)),
  );
}

/** The router of examples/campus-isp: rooms behind one interface, public addresses of members routed to it. */
export const CAMPUS: Network = {
  interfaces: [
    { name: 'uplink0', addresses: ['203.0.113.1/24', '2001:db8:ff00::1/64'], routes: ['0.0.0.0/0', '::/0'] },
    {
      name: 'lan0',
      addresses: ['192.0.2.65/26', '2001:db8:ffff::1/64'],
      routes: ['10.0.0.0/8', '2001:db8::/33'],
    },
  ],
  localAddresses: [],
};

/** The router of examples/home-router. */
export const HOME: Network = {
  interfaces: [
    { name: 'eth0', addresses: ['198.51.100.7/24', '2001:db8:b::7/64'], routes: ['0.0.0.0/0', '::/0'] },
    { name: 'eth1', addresses: ['192.168.1.1/24', 'fd00:1::1/64'] },
    { name: 'wlan-home', addresses: ['192.168.3.1/24', 'fd00:3::1/64'] },
    { name: 'wlan-guest', addresses: ['192.168.2.1/24', 'fd00:2::1/64'] },
  ],
  localAddresses: [],
};
