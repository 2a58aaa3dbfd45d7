/** The lab's network, as the batch of ip(8) commands that builds it. */

export interface LabInterface {
  /** As a policy names it, e.g. `uplink0`; at most 15 characters. */
  name: string;
  /** With prefix length; the connected prefix is reached by this interface. */
  addresses?: readonly string[];
  /** Further prefixes, of either family, that are reached by this interface. `0.0.0.0/0` and `::/0` for the default. */
  routes?: readonly string[];
  /**
   * The next hop of `routes`, at most one for each family; `169.254.0.1` and `fe80::1` unless given. Matters only to
   * the kernel's choice among several addresses of the interface when it masquerades.
   */
  gateways?: readonly string[];
  /** 1500 unless given. */
  mtu?: number;
}

/** MAC addresses of the two ends of the interface with this index in the lab's list. */
export interface Link {
  /** What a frame to the router has as its destination. */
  router: string;
  /** What it has as its source. */
  peer: string;
}

export function linkOf(index: number): Link {
  const byte = index.toString(16).padStart(2, '0');
  return { router: `02:00:00:00:01:${byte}`, peer: `02:00:00:00:02:${byte}` };
}

/**
 * For `ip -batch` in the router. No interface speaks ARP: the kernel then resolves every neighbour by itself, at once, to
 * the interface's own MAC address, so that nothing at a far end must answer and every frame that leaves is a foreign
 * one to the far end's stack.
 * `outside`: a process in the other namespace, or that one's name.
 */
export function routerCommands(
  interfaces: readonly LabInterface[],
  localAddresses: readonly string[],
  outside: number | string,
): string {
  return [
    'link set lo up',
    ...localAddresses.map((address) => `addr add ${address} dev lo`),
    ...interfaces.flatMap((one, index) => interfaceCommands(one, linkOf(index), outside)),
    '',
  ].join('\n');
}

function interfaceCommands(one: LabInterface, link: Link, outside: number | string): string[] {
  if (!/^[\w.-]{1,15}$/.test(one.name)) throw new Error(`'${one.name}' is no name for an interface`);
  const { name, mtu = 1500 } = one;
  const peer = `peer name ${name} address ${link.peer} mtu ${mtu} netns ${outside}`;
  const gateway = (version: 4 | 6) =>
    one.gateways?.find((address) => address.includes(':') === (version === 6)) ??
    (version === 6 ? 'fe80::1' : '169.254.0.1');
  return [
    `link add ${name} address ${link.router} mtu ${mtu} type veth ${peer}`,
    `link set ${name} arp off up`,
    ...(one.addresses ?? []).map(
      (address) => `addr add ${address} dev ${name}${address.includes(':') ? ' nodad' : ''}`,
    ),
    ...(one.routes ?? []).map(
      (prefix) => `route add ${prefix} via ${gateway(prefix.includes(':') ? 6 : 4)} dev ${name} onlink`,
    ),
  ];
}

/** For `ip -batch` in the outside namespace. */
export function outsideCommands(interfaces: readonly LabInterface[]): string {
  return [...interfaces.map(({ name }) => `link set ${name} arp off up`), ''].join('\n');
}
