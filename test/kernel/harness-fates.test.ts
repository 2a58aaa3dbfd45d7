/** Does the lab tell the fates of packets apart? */
import { expect, test } from 'vitest';
import { formatObservation, ROUTER } from '../../cli/lab/observation.ts';
import type { Icmp } from '../../cli/lab/packet.ts';
import { decodeFrame, encodePacket, noBytes, packetOfFrame } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { chain, outward4, outward6, useSampleLab } from './harness/sample-lab.ts';
import { ipv4, ipv6, tcp, udp } from './harness/crafting.ts';

describeWithKernel('the kernel lab: fates', () => {
  const sample = useSampleLab();

  test('forwards both families, with the hop counted down', async () => {
    const seen = await sample.fates(
      sample.frame(1, 'lan0', outward4, udp(53)),
      sample.frame(2, 'lan0', outward6, udp(53)),
      sample.frame(3, 'uplink0', ipv4('203.0.113.9', '10.1.2.3'), tcp(80, 'syn')),
      sample.frame(4, 'lan0', outward6, { protocol: 200, payload: Uint8Array.of(1, 2, 3) }),
    );
    expect(seen).toEqual([
      '1 forwarded uplink0 IPv4 10.0.0.5:40000 > 203.0.113.9:53 udp payload 8 ttl 63 length 36 id#1',
      '2 forwarded uplink0 IPv6 [2001:db8:a::5]:40000 > [2001:db8:ffff::9]:53 udp payload 8 hlim 63 length 56 id#2',
      '3 forwarded lan0 IPv4 203.0.113.9:40000 > 10.1.2.3:80 tcp [S] seq 1 ack 0 win 65535 payload 8 ttl 63 length 48 id#3',
      '4 forwarded uplink0 IPv6 2001:db8:a::5 > 2001:db8:ffff::9 protocol 200 payload 11 hlim 63 length 51 id#4',
    ]);
  });

  test('a dropped packet has no observation', async () => {
    await sample.lab.load(chain('forward', 'udp dport 54 drop'));
    const seen = await sample.fates(
      sample.frame(1, 'lan0', outward4, udp(54)),
      sample.frame(2, 'lan0', outward4, udp(53)),
    );
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(/^2 forwarded/);
  });

  test('source and destination NAT, with replies and related errors', async () => {
    await sample.lab.load(`table ip n {
      chain d { type nat hook prerouting priority -100; iifname "uplink0" tcp dport 8080 dnat to 10.0.0.7:80; }
      chain s { type nat hook postrouting priority 100; oifname "uplink0" snat to 198.51.100.77; }
    }`);
    const first = await sample.send(sample.frame(1, 'lan0', outward4, udp(53)));
    expect(first.map(formatObservation)).toEqual([
      '1 forwarded uplink0 IPv4 198.51.100.77:40000 > 203.0.113.9:53 udp payload 8 ttl 63 length 36 id#1',
    ]);
    const back = ipv4('203.0.113.9', '198.51.100.77');
    const unreachable: Icmp = {
      protocol: 'icmp',
      type: 3,
      code: 1,
      payload: packetOfFrame(first[0]?.bytes ?? noBytes),
    };
    const seen = await sample.fates(
      sample.frame(2, 'uplink0', back, { protocol: 'udp', sourcePort: 53, destinationPort: 40000 }),
      // Ends in the packet that it quotes and so in that one's id, not its own.
      sample.lab.frame(3, 'uplink0', encodePacket(back, unreachable)),
      sample.frame(4, 'uplink0', ipv4('203.0.113.9', '198.51.100.1'), tcp(8080, 'syn')),
    );
    expect(seen).toEqual([
      '2 forwarded lan0 IPv4 203.0.113.9:53 > 10.0.0.5:40000 udp payload 8 ttl 63 length 36 id#2',
      '3 forwarded lan0 IPv4 203.0.113.9 > 10.0.0.5 icmp 3/1 rest 0x00000000 about ' +
        '{IPv4 10.0.0.5:40000 > 203.0.113.9:53 udp payload 8 ttl 63 length 36} ttl 63 length 64 id#1',
      '4 forwarded lan0 IPv4 203.0.113.9:40000 > 10.0.0.7:80 tcp [S] seq 1 ack 0 win 65535 payload 8 ttl 63 length 48 id#4',
    ]);
  });

  test('tells every kind of reject', async () => {
    await sample.lab.load(
      chain(
        'forward',
        'udp dport 1 reject with icmpx port-unreachable',
        'udp dport 2 reject with icmpx admin-prohibited',
        'udp dport 3 reject with icmpx host-unreachable',
        'udp dport 4 reject with icmpx no-route',
        'meta l4proto tcp reject with tcp reset',
      ),
    );
    const seen = await sample.send(
      ...[1, 2, 3, 4].flatMap((port) => [
        sample.frame(2 * port, 'lan0', outward4, udp(port)),
        sample.frame(2 * port + 1, 'lan0', outward6, udp(port)),
      ]),
      sample.frame(10, 'lan0', outward4, tcp(80, 'syn')),
      sample.frame(11, 'lan0', outward6, tcp(80, 'ack')),
      sample.frame(12, 'lan0', outward4, tcp(80, 'rst')),
      sample.frame(13, 'lan0', { ...outward4, ttl: 1 }, udp(53)),
    );
    expect(seen.map((one) => `${one.id} ${one.kind === 'rejected' ? one.with : one.kind}`)).toEqual([
      '2 icmp 3/3',
      '3 icmpv6 1/4',
      '4 icmp 3/13',
      '5 icmpv6 1/1',
      '6 icmp 3/1',
      '7 icmpv6 1/3',
      '8 icmp 3/0',
      '9 icmpv6 1/0',
      '10 tcp-reset',
      '11 tcp-reset',
      '13 icmp 11/0',
    ]);
    expect(seen.every((one) => one.kind === 'rejected' && one.interface === 'lan0')).toBe(true);
    const states = seen.map(({ bytes }) => decodeFrame(bytes).packet);
    expect(states.map((packet) => packet?.transportChecksum)).toEqual(seen.map(() => 'good'));
  });

  test('rejects at netdev ingress, before connection tracking', async () => {
    await sample.lab.load(`table netdev m {
      chain i { type filter hook ingress device lan0 priority 0; udp dport 1 reject; tcp dport 1 reject with tcp reset; }
    }`);
    const seen = await sample.send(
      sample.frame(1, 'lan0', outward4, udp(1)),
      sample.frame(2, 'lan0', outward6, tcp(1, 'syn')),
      sample.frame(3, 'lan0', outward6, tcp(2, 'syn')),
    );
    expect(seen.map((one) => `${one.id} ${one.kind === 'rejected' ? one.with : one.kind}`)).toEqual([
      '1 icmp 3/3',
      '2 tcp-reset',
      '3 forwarded',
    ]);
  });

  test('what is delivered is seen with its translated address, remembered by conntrack and not answered', async () => {
    await sample.lab.load(`table inet t {
      chain p { type nat hook prerouting priority -100; tcp dport 2222 redirect to :22; }
      chain i { type filter hook input priority 0; policy drop
        ct state established accept
        ct state new tcp dport 22 accept
        icmp type echo-request accept
        icmpv6 type echo-request accept
        udp dport 9 reject
      }
    }`);
    const toRouter = ipv4('10.0.0.5', '192.0.2.53');
    const seen = await sample.fates(
      sample.frame(1, 'lan0', toRouter, tcp(2222, 'syn')),
      sample.frame(2, 'lan0', toRouter, { protocol: 'icmp', type: 8, rest: 7 }),
      sample.frame(3, 'lan0', ipv6('2001:db8:a::5', '2001:db8:a::1'), { protocol: 'icmpv6', type: 128, rest: 7 }),
      sample.frame(4, 'lan0', toRouter, udp(53)),
      sample.frame(5, 'lan0', toRouter, udp(9)),
    );
    expect(seen.slice(0, 3)).toEqual([
      '1 delivered IPv4 10.0.0.5:40000 > 10.0.0.1:22 tcp [S] seq 1 ack 0 win 65535 payload 8 ttl 64 length 48 id#1',
      '2 delivered IPv4 10.0.0.5 > 192.0.2.53 icmp 8/0 rest 0x00000007 ttl 64 length 36 id#2',
      '3 delivered IPv6 2001:db8:a::5 > 2001:db8:a::1 icmpv6 128/0 rest 0x00000007 hlim 64 length 56 id#3',
    ]);
    expect(seen.slice(3).map((fate) => fate.slice(0, 25))).toEqual(['5 rejected icmp 3/3 lan0 ']);
    const flows = await sample.lab.exec(['conntrack', '-L', '-p', 'tcp']);
    expect(flows).toMatch(/src=10\.0\.0\.5 dst=192\.0\.2\.53 sport=40000 dport=2222 .*src=10\.0\.0\.1 .*sport=22/);
  });

  test('packets that the router sends itself pass its output hook', async () => {
    await sample.lab.load(chain('output', 'udp dport 54 drop'));
    const own = ipv4('198.51.100.1', '203.0.113.9');
    const own6 = ipv6('2001:db8:b::1', '2001:db8:ffff::9');
    const seen = await sample.fates(
      ...[53, 54].flatMap((port) => [
        { id: port, interface: ROUTER, bytes: encodePacket(own, udp(port), port) },
        { id: port + 10, interface: ROUTER, bytes: encodePacket(own6, udp(port), port + 10) },
      ]),
      { id: 1, interface: ROUTER, bytes: encodePacket(ipv4('192.0.2.53', '10.0.0.1'), udp(5), 1) },
    );
    expect(seen).toEqual([
      expect.stringMatching(/^53 forwarded uplink0 IPv4 198\.51\.100\.1:40000 > 203\.0\.113\.9:53 udp/),
      expect.stringMatching(/^63 forwarded uplink0 IPv6 \[2001:db8:b::1\]:40000 > \[2001:db8:ffff::9\]:53 udp/),
      expect.stringMatching(/^1 delivered IPv4 192\.0\.2\.53:40000 > 10\.0\.0\.1:5 udp/),
    ]);
  });
});
