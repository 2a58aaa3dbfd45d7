/** A balancer's network: two interfaces with XDP, one without, and backends behind all of them, near and far. */
import { parseIpv4, parseIpv6 } from '../../../compiler/net/address.ts';

export const BALANCER_INTERFACES = ['uplink0', 'lan0'] as const;

/** Where packets to a backend go. */
export interface Way {
  readonly kind: 'interface' | 'stack' | 'none';
  /** The interface, and the link address of the next hop. */
  readonly out?: string;
  readonly mac?: string;
  /** Whether the next hop is the backend itself. */
  readonly isOnLink?: boolean;
  readonly mtu: number;
  /** Where the kernel sends from on this way, by itself. */
  readonly source?: string;
}

export const MACS: Readonly<Record<string, string>> = { uplink0: '02:00:00:00:00:aa', lan0: '02:00:00:00:00:bb' };

const GATEWAY = '02:00:00:00:80:fe';
/** The least that IPv6 allows. */
const SMALL_MTU = 1280;
const STACK: Omit<Way, 'source'> = { kind: 'stack', mtu: Infinity };

/** A network of backends, in both families: what stands before the backend's number. */
interface Network {
  readonly third: number;
  readonly way: (number: number, mac: string) => Way;
  /** As `ip route` takes it; none for what interfaces have. */
  readonly route?: (gateway: string) => string;
}

const NETWORKS: readonly Network[] = [
  {
    third: 80,
    way: (_, mac) => ({ kind: 'interface', out: 'uplink0', mac, isOnLink: true, mtu: 1500, source: 'uplink0' }),
  },
  { third: 81, way: (_, mac) => ({ kind: 'interface', out: 'lan0', mac, isOnLink: true, mtu: 1500, source: 'lan0' }) },
  {
    third: 82,
    way: () => ({ kind: 'interface', out: 'uplink0', mac: GATEWAY, isOnLink: false, mtu: 1500, source: 'uplink0' }),
    route: (gateway) => `via ${gateway}`,
  },
  { third: 83, way: () => ({ kind: 'none', mtu: Infinity }), route: () => 'unreachable' },
  { third: 84, way: () => ({ ...STACK, source: 'other0' }) },
  {
    third: 85,
    way: () => ({
      kind: 'interface',
      out: 'uplink0',
      mac: GATEWAY,
      isOnLink: false,
      mtu: SMALL_MTU,
      source: 'uplink0',
    }),
    route: (gateway) => `via ${gateway} mtu lock ${SMALL_MTU}`,
  },
];

/** Of each network; the last has no neighbour that the kernel knows. */
const NUMBERS = [11, 12, 13, 99];
const UNKNOWN = 99;

const ipv4 = (third: number, number: number) => `10.${third}.0.${number}`;
const ipv6 = (third: number, number: number) => `2001:db8:${third}::${number}`;

export interface PlacedBackend {
  readonly text: string;
  readonly family: 4 | 6;
  readonly way: Way;
}

export const BACKENDS: readonly PlacedBackend[] = NETWORKS.flatMap(({ third, way, route }) =>
  NUMBERS.flatMap((number) =>
    ([4, 6] as const).map((family): PlacedBackend => {
      const text = family === 4 ? ipv4(third, number) : ipv6(third, number);
      const known = way(number, macOf(third, number));
      const isUnknown = number === UNKNOWN && route === undefined && known.kind === 'interface';
      const source = known.source === undefined ? undefined : sourceOn(known.source, family);
      const found = isUnknown ? STACK : known;
      return { text, family, way: source === undefined ? found : { ...found, source } };
    }),
  ),
);

function macOf(third: number, number: number): string {
  return `02:00:00:00:${third}:${number}`;
}

function sourceOn(name: string, family: 4 | 6): string {
  const third = name === 'uplink0' ? 80 : name === 'lan0' ? 81 : 84;
  return family === 4 ? ipv4(third, 1) : ipv6(third, 1);
}

const ways = new Map(BACKENDS.map(({ text, family, way }) => [`${family} ${addressOf(text)}`, way]));

export function wayTo(family: 4 | 6, address: bigint): Way {
  const way = ways.get(`${family} ${address}`);
  if (!way) throw new Error(`no backend ${family} ${address}`);
  return way;
}

export function addressOf(text: string): bigint {
  return BigInt(text.includes(':') ? parseIpv6(text)! : parseIpv4(text)!);
}

/** Makes it, in a namespace with the interfaces. */
export const NETWORK_STEPS = `
ip link add other0 type veth peer name other1
ip link set other1 up
ip link set other0 up
for name in uplink0 lan0 other0; do echo 0 > /proc/sys/net/ipv6/conf/$name/disable_ipv6; done
for name in uplink0 lan0; do
  echo 1 > /proc/sys/net/ipv4/conf/$name/forwarding
  echo 1 > /proc/sys/net/ipv6/conf/$name/forwarding
done
ip link set lo up
${BALANCER_INTERFACES.map((name) => `ip link set ${name} address ${MACS[name]!}`).join('\n')}
${[
  ['uplink0', 80],
  ['lan0', 81],
  ['other0', 84],
]
  .map(
    ([name, third]) => `ip address add ${ipv4(Number(third), 1)}/24 dev ${name}
ip address add ${ipv6(Number(third), 1)}/64 dev ${name} nodad`,
  )
  .join('\n')}
${neighbours()}
${NETWORKS.flatMap(({ third, route }) => (route ? routes(third, route) : [])).join('\n')}
`;

function neighbours(): string {
  const known = [80, 81].flatMap((third) =>
    NUMBERS.flatMap((number) =>
      number === UNKNOWN
        ? []
        : [
            [ipv4(third, number), macOf(third, number), third],
            [ipv6(third, number), macOf(third, number), third],
          ],
    ),
  );
  const all = [...known, [ipv4(80, 254), GATEWAY, 80], [ipv6(80, 254), GATEWAY, 80]];
  return all
    .map(
      ([address, mac, third]) => `ip neighbour add ${address} lladdr ${mac} dev ${third === 80 ? 'uplink0' : 'lan0'}`,
    )
    .join('\n');
}

function routes(third: number, route: NonNullable<Network['route']>): string[] {
  return [
    routeLine(`10.${third}.0.0/24`, route(ipv4(80, 254))),
    routeLine(`2001:db8:${third}::/64`, route(ipv6(80, 254))),
  ];
}

/** A route's type stands before its prefix. */
function routeLine(prefix: string, rest: string): string {
  const flag = prefix.includes(':') ? '-6' : '-4';
  return rest.startsWith('via') ? `ip ${flag} route add ${prefix} ${rest}` : `ip ${flag} route add ${rest} ${prefix}`;
}
