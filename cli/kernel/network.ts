/** The surroundings of a line of `expect`, as a lab builds them. */
import { formatIpv4, formatIpv6 } from '../../compiler/net/address.ts';
import type { Policy, Target } from '../../compiler/model/index.ts';
import type { Environment, Route } from '../../compiler/semantics/environment.ts';
import type { LabOptions, LabSocket } from '../lab/lab.ts';

export interface KernelNetwork {
  readonly lab: LabOptions;
  /** Commands of ip(8) for what a lab's options do not say. */
  readonly commands: readonly (readonly string[])[];
  /** What `dispatch` names; a delivered packet's socket is a place in this list. */
  readonly sockets: readonly (LabSocket & { readonly name: string })[];
}

/** What the lab's agent holds (agent/agent.h). */
const MOST_INTERFACES = 64;
const MOST_SOCKETS = 64;

/** The network; or why there can be none, in words that follow "not tried:". */
export function kernelNetwork(policy: Policy, { interfaces, routes }: Environment): KernelNetwork | string {
  const [target] = policy.targets;
  const own = interfaces.filter(({ loopback }) => loopback !== true);
  const vlan = own.find(({ vlanOf }) => vlanOf !== undefined);
  if (vlan) return `\`${vlan.name}\` is a VLAN device, and interfaces are made without VLANs`;
  const listed = own.map(({ name, addresses }) => ({
    name,
    addresses: addresses.map(withLength),
    routes: distinct(routes.filter(({ kind, out }) => kind === 'unicast' && out === name).map(prefixText)),
  }));
  const names = new Set(own.map(({ name }) => name));
  const idle = zoneInterfaces(policy, target).filter((name) => !names.has(name));
  const odd = [...names].find((name) => !isInterfaceName(name));
  if (odd !== undefined) return `no interface can be made that is called \`${odd}\``;
  if (names.size + idle.length > MOST_INTERFACES) return `the zones have more than ${MOST_INTERFACES} interfaces`;
  const sockets = socketsOf(target);
  if (sockets.length > MOST_SOCKETS) return `\`dispatch\` names more than ${MOST_SOCKETS} sockets`;
  const loopback = interfaces.find((at) => at.loopback === true);
  return {
    lab: {
      interfaces: [...listed, ...idle.map((name) => ({ name }))],
      // The first two are the kernel's own.
      localAddresses: distinct((loopback?.addresses.slice(2) ?? []).map(withLength)),
    },
    commands: routes
      .filter(({ kind }) => kind === 'local')
      .map((route) => ['ip', `-${route.family}`, 'route', 'replace', 'local', prefixText(route), 'dev', 'lo']),
    sockets,
  };
}

/** Interfaces that zones name: a rule set that sits at the ingress of one does not load without it. */
export function zoneInterfaces(policy: Policy, target: Target | undefined): readonly string[] {
  const zones = target ? [...target.zones.values()] : policy.zones;
  const members = zones.flatMap((zone) => zone.members.flatMap(({ interface: name }) => name ?? []));
  return distinct(members).filter(isInterfaceName);
}

function isInterfaceName(name: string): boolean {
  return /^[\w.-]{1,15}$/.test(name) && name !== 'lo';
}

function socketsOf(target: Target | undefined): KernelNetwork['sockets'] {
  return [...(target?.sockets ?? [])].flatMap(([name, places]) =>
    places.flatMap(({ family, address, port }) =>
      (['tcp', 'udp'] as const).map((protocol) => ({
        name,
        protocol,
        address: addressText(family, address),
        port,
        transparent: true,
      })),
    ),
  );
}

function withLength({ family, value, length }: { family: 4 | 6; value: bigint; length: number }): string {
  return `${addressText(family, value)}/${length}`;
}

function prefixText({ family, network, length }: Route): string {
  return `${addressText(family, network)}/${length}`;
}

function addressText(family: 4 | 6, value: bigint): string {
  return family === 4 ? formatIpv4(Number(value)) : formatIpv6(value);
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
