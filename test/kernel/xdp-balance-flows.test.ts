/**
 * Real clients and servers, in namespaces: connections of TCP and datagrams of UDP go through a balancer to the server that the
 * reference chooses, which answers its client itself; and where a server leaves, its flows move.
 */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Policy } from '../../compiler/model/index.ts';
import { formatIpv4 } from '../../compiler/net/address.ts';
import { AddressSet } from '../../compiler/net/address-set.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { balance } from '../../compiler/semantics/balance.ts';
import { Choices } from '../../compiler/semantics/choices.ts';
import { startJourney } from '../../compiler/semantics/journey.ts';
import { tcpPacket, udpPacket } from '../../compiler/semantics/packet/build.ts';
import { EMPTY_STATE } from '../../compiler/semantics/state.ts';
import { count } from '../sampling.ts';
import { compiled as compiledC } from './harness/compiled.ts';
import { addressOf } from './xdp/balance-network.ts';
import { compileForXdp, shell } from './xdp/build.ts';
import { describeWithXdp } from './xdp/require-xdp.ts';

const FLOWS = count(60, 1000);
const SERVERS = [1, 2, 3];
const VIPS = { '192.0.2.10': '198.51.100.2', '2001:db8::10': '2001:db8:100::2' } as const;
type Vip = keyof typeof VIPS;

const POLICY = `zone uplink = uplink0
zone racks = rack1, rack2, rack3
balance web {
  vip 192.0.2.10, 2001:db8::10 service tcp/8080, udp/8080
  pool table servers(addr: ip) = { ${SERVERS.map((n) => `(10.80.${n}.2)`).join(', ')} }
  hash maglev 65537 on flow
  forward ipip
}
target edge { xdp on uplink0, rack1, rack2, rack3 }`;

const file = (name: string) => fileURLToPath(new URL(`xdp/flows/${name}`, import.meta.url));

function outerOff(): string {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return compiledC({
    name: 'outer-off.bpf.o',
    compiler: process.env['CLANG'] ?? 'clang',
    arguments: [
      '-O2',
      '-g',
      '-target',
      'bpf',
      '-mcpu=v3',
      '-Wall',
      '-isystem',
      `/usr/include/${machine}-linux-gnu`,
      '-c',
    ],
    sources: [file('outer-off.bpf.c')],
  });
}

/** The namespaces `client` and `server1` … around the balancer's own. The way back of a server leads to the client alone. */
const NAMESPACES = `
is_up() { until ip "${'${@:1:$#-1}'}" link show "${'${@: -1}'}" | grep -q 'state UP'; do sleep 0.1; done; }
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
for name in client ${SERVERS.map((n) => `server${n}`).join(' ')}; do
  ip netns add $name
  ip -n $name link set lo up
done
echo 0 > /proc/sys/net/ipv6/conf/default/disable_ipv6
ip link set lo up
ip link add uplink0 type veth peer name wan netns client
${SERVERS.map((n) => `ip link add rack${n} type veth peer name rack netns server${n}`).join('\n')}
for name in uplink0 ${SERVERS.map((n) => `rack${n}`).join(' ')}; do
  ip link set $name up
  echo 1 > /proc/sys/net/ipv4/conf/$name/forwarding
  echo 1 > /proc/sys/net/ipv4/conf/$name/accept_local
  echo 0 > /proc/sys/net/ipv4/conf/$name/rp_filter
  runner keep-tags $name
done
ip address add 198.51.100.1/24 dev uplink0
ip address add 2001:db8:100::1/64 dev uplink0 nodad
ip -n client link set wan up
ip -n client address add 198.51.100.2/24 dev wan
ip -n client address add 2001:db8:100::2/64 dev wan nodad
ip -n client route add 192.0.2.0/24 via 198.51.100.1
ip -n client route add 2001:db8::/64 via 2001:db8:100::1
ip netns exec client $RUNNER whole-frames wan
ip netns exec client sh -c 'echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter; echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter'
${SERVERS.map(
  (n) => `
ip address add 10.80.${n}.1/24 dev rack${n}
ip -n server${n} link set rack up
ip -n server${n} address add 10.80.${n}.2/24 dev rack
ip -n server${n} address add 192.0.2.10/32 dev lo
ip -n server${n} address add 2001:db8::10/128 dev lo nodad
ip -n server${n} link add back type veth peer name back${n} address 02:00:00:00:00:0${n} netns client
ip -n server${n} link set back up
ip -n client link set back${n} up
ip -n server${n} address add 203.0.113.${4 * n + 1}/30 dev back
ip -n server${n} address add 2001:db8:30${n}::1/64 dev back nodad
ip -n client address add 203.0.113.${4 * n + 2}/30 dev back${n}
ip -n client address add 2001:db8:30${n}::2/64 dev back${n} nodad
ip -n server${n} route add 198.51.100.0/24 via 203.0.113.${4 * n + 2}
ip -n server${n} route add 2001:db8:100::/64 via 2001:db8:30${n}::2
ip -n server${n} neighbour add 203.0.113.${4 * n + 2} lladdr 02:00:00:00:00:0${n} dev back
ip -n server${n} neighbour add 2001:db8:30${n}::2 lladdr 02:00:00:00:00:0${n} dev back
ip netns exec server${n} $RUNNER attach $OUTER_OFF rack
ip netns exec server${n} ${process.execPath} ${file('server.mjs')} server${n} ${Object.keys(VIPS).join(' ')} > $frames.${n} &
until grep -q ready $frames.${n}; do sleep 0.1; done
for link in "rack${n}" "-n server${n} back" "-n server${n} rack" "-n client back${n}"; do is_up $link; done
`,
).join('')}`;

const ASK = `echo >&"$CLIENT_IN"; read -r -u "$CLIENT_OUT" line; echo "$line"`;

function stepsOf(changes: readonly string[]): string {
  return `
trap 'kill $(jobs -p)' EXIT
OUTER_OFF=${outerOff()}
${NAMESPACES}
load 0 up
coproc { exec ip netns exec client ${process.execPath} ${file('client.mjs')} ${FLOWS} ${Object.keys(VIPS).join(' ')}; }
CLIENT_OUT=\${COPROC[0]} CLIENT_IN=\${COPROC[1]}
${changes.map((change) => `${change}\n${ASK}`).join('\n')}
load 0 stats | head -1
load 0 down
`;
}

type Answers = Record<Vip, Record<'datagrams' | 'connections', readonly (string | null)[]>>;

/** The server that the reference chooses for a flow. */
function chosen(
  policy: Policy,
  vip: Vip,
  kind: 'datagrams' | 'connections',
  flow: number,
  down: readonly string[],
): string {
  const family = vip.includes(':') ? 6 : 4;
  const ends = { family, source: addressOf(VIPS[vip]), destination: addressOf(vip) } as const;
  const ports = { sourcePort: (kind === 'datagrams' ? 20_000 : 30_000) + flow, destinationPort: 8080 };
  const set = IntervalSet.unionOf(
    32,
    down.map((one) => IntervalSet.of(32, addressOf(one))),
  );
  const end = balance(
    startJourney({
      policy,
      environment: { interfaces: [], routes: [], sockets: [], down: AddressSet.ofIpv4(set) },
      now: 0,
      choices: new Choices([]),
      state: EMPTY_STATE,
      packet: kind === 'datagrams' ? udpPacket(ends, ports) : tcpPacket(ends, { ...ports, flags: 2 }),
    }),
  );
  if (end?.kind !== 'encapsulated') throw new Error('balance has not chosen');
  return `server${formatIpv4(Number(end.backend)).split('.')[2]!}`;
}

describeWithXdp('balance at XDP, end to end', () => {
  test('flows reach the server that the reference chooses, and move where it leaves', () => {
    const { policy, artifacts } = compileForXdp(POLICY);
    const gone = '10.80.2.2';
    const output = shell(
      [artifacts],
      [],
      [],
      stepsOf(['', `load 0 backend ${gone} down`, `load 0 backend ${gone} up`]),
    );
    const [before, without, again, sent] = output.toString().split('\n');
    const asked = [before, without, again].map((line) => JSON.parse(line!) as Answers);
    for (const [round, answers] of asked.entries()) {
      const down = round === 1 ? [gone] : [];
      for (const vip of Object.keys(VIPS) as Vip[]) {
        const { datagrams, connections } = answers[vip];
        expect(datagrams).toEqual(datagrams.map((_, flow) => chosen(policy!, vip, 'datagrams', flow, down)));
        // A connection that has moved meets a server that does not know it, and ends.
        const first = connections.map((_, flow) => chosen(policy!, vip, 'connections', flow, []));
        const moved = connections.map((_, flow) => chosen(policy!, vip, 'connections', flow, [gone]) !== first[flow]);
        expect(connections).toEqual(first.map((name, flow) => (round > 0 && moved[flow] ? null : name)));
        expect(moved.filter(Boolean).length).toBeGreaterThan(FLOWS / 6);
        expect(moved.filter((isMoved, flow) => isMoved && first[flow] !== 'server2').length).toBeLessThan(FLOWS / 20);
      }
    }
    expect(Number(/^balance web sent: (\d+) packets/.exec(sent!)![1])).toBeGreaterThan(10 * FLOWS);
  });
});
