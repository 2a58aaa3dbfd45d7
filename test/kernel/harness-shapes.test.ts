/** Odd packets, and packets that the router holds back, answers or gives to a socket. */
import { expect, test } from 'vitest';
import type { Observation } from '../../cli/lab/observation.ts';
import { formatObservation } from '../../cli/lab/observation.ts';
import type { Tcp } from '../../cli/lab/packet.ts';
import { decodeFrame, encodePacket, fragmentPacket, noBytes } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { chain, outward4, outward6, useSampleLab } from './harness/sample-lab.ts';
import { ipv4, ipv6, tcp, udp } from './harness/crafting.ts';

/** The TCP header in a frame. */
function segmentIn(frame: Uint8Array): Tcp {
  const transport = decodeFrame(frame).packet?.transport;
  if (transport?.protocol !== 'tcp') throw new Error('no TCP segment');
  return transport;
}

describeWithKernel('the kernel lab: shapes', () => {
  const sample = useSampleLab();

  test('every shape of TCP flags arrives as it was sent', async () => {
    await sample.lab.load(chain('forward', 'tcp flags & (fin | syn | rst | ack) == 0 drop'));
    const shapes: Tcp['flags'][] = [
      [],
      ['syn'],
      ['fin', 'syn'],
      ['syn', 'rst'],
      ['ack'],
      ['rst'],
      ['fin', 'psh', 'urg'],
    ];
    const seen = await sample.send(...shapes.map((flags, id) => sample.frame(id, 'lan0', outward4, tcp(80, ...flags))));
    const flagsSeen = seen.map(({ bytes }) => segmentIn(bytes).flags);
    expect(flagsSeen).toEqual(shapes.slice(1));
    expect(seen.every(({ kind }) => kind === 'forwarded')).toBe(true);
  });

  test('fragments pass as they are without conntrack, and are put together with it', async () => {
    const datagram4 = encodePacket({ ...outward4, identification: 77 }, udp(53, 2000), 1);
    const datagram6 = encodePacket(outward6, udp(53, 2000), 2);
    const pieces = (id: number, packet: Uint8Array) =>
      fragmentPacket(packet, 1200, id).map((bytes, index) => sample.lab.frame(10 * id + index, 'lan0', bytes));
    const untracked = await sample.send(...pieces(1, datagram4), ...pieces(2, datagram6));
    expect(untracked.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      '10 forwarded',
      '11 forwarded',
      '20 forwarded',
      '21 forwarded',
    ]);

    await sample.lab.load(chain('forward', 'ct state invalid drop', 'udp dport 53 counter accept', 'drop'));
    const tracked = await sample.fates(...pieces(3, datagram4), ...pieces(4, datagram6).toReversed());
    expect(tracked).toEqual([
      '31 forwarded uplink0 IPv4 10.0.0.5:40000 > 203.0.113.9:53 udp payload 1192 ttl 63 frag 77:0+ length 1220',
      '31 forwarded uplink0 IPv4 10.0.0.5 > 203.0.113.9 protocol 17 payload 816 ttl 63 frag 77:1200 length 836 id#1',
      // The router chooses an identification of its own.
      expect.stringMatching(/^40 forwarded uplink0 IPv6 .*:53 udp payload 1192 hlim 63 frag \d+:0\+ length 1248$/),
      expect.stringMatching(
        /^40 forwarded uplink0 IPv6 .* protocol 17 payload 816 hlim 63 frag \d+:1200 length 864 id#2$/,
      ),
    ]);
  });

  test('a smaller way out: the router cuts up, or says that it must not', async () => {
    const seen = await sample.fates(
      sample.frame(1, 'uplink0', ipv4('203.0.113.9', '10.9.0.5', { identification: 5 }), udp(53, 1400)),
      sample.frame(2, 'uplink0', ipv4('203.0.113.9', '10.9.0.5', { dontFragment: true }), udp(53, 1400)),
      sample.frame(3, 'uplink0', ipv6('2001:db8:ffff::9', '2001:db8:9::5'), udp(53, 1400)),
    );
    expect(seen.map((fate) => fate.replace(/ about .*/, ''))).toEqual([
      '1 forwarded narrow0 IPv4 203.0.113.9:40000 > 10.9.0.5:53 udp payload 1248 ttl 63 frag 5:0+ length 1276',
      '1 forwarded narrow0 IPv4 203.0.113.9 > 10.9.0.5 protocol 17 payload 160 ttl 63 frag 5:1256 length 180 id#1',
      '2 rejected icmp 3/4 uplink0 IPv4 198.51.100.1 > 203.0.113.9 icmp 3/4 rest 0x00000500',
      '3 rejected icmpv6 2/0 uplink0 IPv6 2001:db8:b::1 > 2001:db8:ffff::9 icmpv6 2/0 rest 0x00000500',
    ]);
  });

  test('IPv6 extension headers and IPv4 options pass', async () => {
    const extensions = [
      { kind: 'hop-by-hop', options: Uint8Array.of(1, 4, 0, 0, 0, 0) },
      { kind: 'routing', type: 4, segmentsLeft: 0, data: new Uint8Array(4) },
      { kind: 'destination-options', options: Uint8Array.of(1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) },
    ] as const;
    const seen = await sample.send(
      sample.frame(1, 'lan0', { ...outward6, extensions }, tcp(443, 'syn')),
      sample.frame(2, 'lan0', { ...outward4, options: Uint8Array.of(148, 4, 0, 0) }, tcp(443, 'syn')),
    );
    expect(seen.map(({ kind }) => kind)).toEqual(['forwarded', 'forwarded']);
    const networks = seen.map(({ bytes }) => decodeFrame(bytes).packet?.network);
    expect(networks[0]).toMatchObject({ hopLimit: 63, extensions });
    expect(networks[1]).toMatchObject({ ttl: 63, options: Uint8Array.of(148, 4, 0, 0) });
  });

  test('marks, priorities and the socket that a transparent proxy picks are told', async () => {
    await sample.lab.openSockets([
      { protocol: 'tcp', address: '127.0.0.1', port: 7000, transparent: true },
      { protocol: 'udp', address: '::', port: 7001, transparent: true },
    ]);
    await sample.lab.exec(
      ['ip', '-batch', '-'],
      'rule add fwmark 9 lookup 100\nroute add local 0.0.0.0/0 dev lo table 100\n',
    );
    await sample.lab.exec(
      ['ip', '-6', '-batch', '-'],
      'rule add fwmark 9 lookup 100\nroute add local ::/0 dev lo table 100\n',
    );
    await sample.lab.load(`table inet t {
      chain p { type filter hook prerouting priority -150
        tcp dport 80 tproxy ip to 127.0.0.1:7000 meta mark set 9
        udp dport 80 tproxy ip6 to [::]:7001 meta mark set 9
      }
      chain f { type filter hook forward priority 0
        meta mark set 0xabc meta priority set 1:2
      }
    }`);
    const seen = await sample.send(
      sample.frame(1, 'lan0', outward4, tcp(80, 'syn')),
      sample.frame(2, 'lan0', outward6, udp(80)),
      sample.frame(3, 'lan0', outward4, udp(53)),
    );
    expect(seen).toMatchObject([
      { id: 1, kind: 'delivered', mark: 9, socket: 0 },
      { id: 2, kind: 'delivered', mark: 9, socket: 1 },
      { id: 3, kind: 'forwarded', mark: 0xabc, priority: 0x10002 },
    ]);
    await sample.lab.exec(['ip', 'rule', 'del', 'fwmark', '9']);
    await sample.lab.exec(['ip', '-6', 'rule', 'del', 'fwmark', '9']);
    await sample.lab.openSockets([]);
  });

  test('synproxy answers for the server and then asks it', async () => {
    await sample.lab.exec(['sysctl', '-q', '-w', 'net.netfilter.nf_conntrack_tcp_loose=0']);
    await sample.lab.load(`table inet t {
      chain p { type filter hook prerouting priority -300; tcp dport 80 tcp flags syn notrack; }
      chain f { type filter hook forward priority 0; tcp dport 80 ct state invalid,untracked synproxy mss 1400 wscale 7; }
    }`);
    const first = await sample.send(
      sample.lab.frame(1, 'lan0', encodePacket(outward4, { ...tcp(80, 'syn'), mss: 1460, sequence: 100 })),
    );
    expect(first.map(formatObservation)).toEqual([
      expect.stringMatching(/^1 answered lan0 IPv4 203\.0\.113\.9:80 > 10\.0\.0\.5:40000 tcp \[SA\] seq \d+ ack 101 /),
    ]);
    const synAck = segmentIn(first[0]?.bytes ?? noBytes);
    const acknowledgement = ((synAck.sequence ?? 0) + 1) >>> 0;
    const finish: Tcp = { ...tcp(80, 'ack'), sequence: 101, acknowledgement };
    const second = await sample.fates(sample.lab.frame(2, 'lan0', encodePacket(outward4, finish)));
    expect(second).toEqual([
      expect.stringMatching(/^2 answered uplink0 IPv4 10\.0\.0\.5:40000 > 203\.0\.113\.9:80 tcp \[S\] seq 100 /),
    ]);
    await sample.lab.exec(['sysctl', '-q', '-w', 'net.netfilter.nf_conntrack_tcp_loose=1']);
  });

  test('a packet that a queueing discipline holds back is known again by its id', async () => {
    await sample.lab.exec('tc qdisc add dev uplink0 root tbf rate 80kbit burst 1100 limit 9000'.split(' '));
    const frames = [1, 2, 3].map((id) => sample.frame(id, 'lan0', outward4, udp(53, 1000)));
    const first = await sample.lab.send([frames]);
    const later: Observation[] = [];
    while (first.flat().length + later.length < 3) later.push(...(await sample.lab.settle(20, frames)));
    await sample.lab.exec('tc qdisc del dev uplink0 root'.split(' '));
    expect([...first.flat(), ...later].map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      '1 forwarded',
      '2 forwarded',
      '3 forwarded',
    ]);
    expect(later.length).toBeGreaterThan(0);
  });
});
