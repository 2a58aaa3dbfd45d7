/** A router's network: for the kernel, as steps of a shell, and for the reference, as its environment. */
import { parseIpv4, parseIpv6 } from '../../../compiler/net/address.ts';
import type { Environment, Interface, InterfaceAddress, Route } from '../../../compiler/semantics/environment.ts';
import type { Policy } from '../../../compiler/model/index.ts';

/** As large as an interface's can be: no packet is too long for its way. */
const MTU = 65_535;

interface Place {
  readonly name: string;
  readonly mac: string;
  readonly addresses: readonly string[];
}

const PLACES: readonly Place[] = [
  { name: 'uplink0', mac: '02:00:00:00:00:aa', addresses: ['198.51.100.1/24', '2001:db8:100::1/64'] },
  { name: 'lan0', mac: '02:00:00:00:00:bb', addresses: ['10.0.0.1/24', '2001:db8:a::1/64'] },
  { name: 'dmz0', mac: '02:00:00:00:00:cc', addresses: ['192.0.2.1/25', '2001:db8:d::1/64'] },
];

/** Beside those that addresses bring along: prefix, and the interface, or what becomes of packets there. */
const ROUTES: readonly (readonly [prefix: string, to: string])[] = [
  ['0.0.0.0/0', 'uplink0'],
  ['::/0', 'uplink0'],
  ['10.1.0.0/16', 'lan0'],
  ['10.128.0.0/24', 'lan0'],
  ['2001:db8:a01::/48', 'lan0'],
  ['2001:db8:c::/64', 'lan0'],
  // Whole networks of this host's own addresses, so that many packets are for it.
  ['192.0.2.64/27', 'local'],
  ['10.128.0.128/25', 'local'],
  ['203.0.113.0/26', 'local'],
  ['2001:db8:d:0:8000::/65', 'local'],
  ['2001:db8:ffff::/49', 'local'],
  ['203.0.113.64/27', 'unreachable'],
  ['203.0.113.96/27', 'prohibit'],
  ['203.0.113.128/27', 'blackhole'],
  ['2001:db8:ffff:8000::/50', 'unreachable'],
  ['2001:db8:ffff:c000::/50', 'blackhole'],
];

function prefixOf(text: string): InterfaceAddress {
  const [address, length] = text.split('/') as [string, string];
  const family = address.includes(':') ? 6 : 4;
  return { family, value: BigInt(family === 4 ? parseIpv4(address)! : parseIpv6(address)!), length: Number(length) };
}

function routeOf([prefix, to]: (typeof ROUTES)[number]): Route {
  const { family, value, length } = prefixOf(prefix);
  const isInterface = PLACES.some(({ name }) => name === to);
  return {
    family,
    network: value,
    length,
    kind: isInterface ? 'unicast' : (to as Route['kind']),
    out: isInterface ? to : undefined,
  };
}

export function macOf(name: string): bigint {
  const place = PLACES.find((one) => one.name === name);
  if (!place) throw new Error(`no interface ${name}`);
  return BigInt(`0x${place.mac.replaceAll(':', '')}`);
}

export function routerEnvironment(policy: Policy): Environment {
  const interfaces = PLACES.map(({ name, addresses }): Interface => ({
    name,
    mac: macOf(name),
    mtu: MTU,
    addresses: addresses.map(prefixOf),
  }));
  return { interfaces, routes: ROUTES.map(routeOf), sockets: [], zones: policy.targets[0]?.zones };
}

/** Makes it, in a namespace with the interfaces, whose other ends get one of their own, `outside`. */
export const ROUTER_STEPS = `
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
ip netns add outside
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
ip link set lo up
${PLACES.map(
  ({ name, mac, addresses }, number) => `
ip link set peer${number} netns outside
ip -n outside link set peer${number} up
ip link set ${name} mtu ${MTU} address ${mac} up
echo 0 > /proc/sys/net/ipv6/conf/${name}/disable_ipv6
${addresses.map((address) => `ip address add ${address} dev ${name}${address.includes(':') ? ' nodad' : ''}`).join('\n')}`,
).join('')}
${ROUTES.map(([prefix, to]) => {
  const family = prefix.includes(':') ? '-6' : '-4';
  if (PLACES.some(({ name }) => name === to)) return `ip ${family} route add ${prefix} dev ${to}`;
  return `ip ${family} route add ${to} ${prefix}${to === 'local' ? ' dev lo' : ''}`;
}).join('\n')}
`;
