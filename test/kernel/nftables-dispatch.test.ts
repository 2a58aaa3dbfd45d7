/** `dispatch`: packets for this host, on addresses that no interface has, to transparent sockets. */
import { expect, test } from 'vitest';
import { artifactOf } from '../builders/ruleset.ts';
import { labOptions, NETWORK } from './conformance/network.ts';
import { ipv4, ipv6, tcp, udp } from './harness/crafting.ts';
import { Lab, type LabSocket } from '../../cli/lab/lab.ts';
import { ROUTER } from '../../cli/lab/observation.ts';
import { encodePacket, type Network, type Transport } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees, ZONES } from './reference/agreeing.ts';

const sockets = (protocol: 'tcp' | 'udp', name: string, port: number) =>
  (['127.0.0.1', '::1'] as const).map((address) => ({ name, protocol, address, port, transparent: true }));

const SOCKETS = [
  ...sockets('tcp', 'web', 8080),
  ...sockets('udp', 'web', 8080),
  ...sockets('udp', 'dns', 5353),
] satisfies (LabSocket & { name: string })[];

const policy = `
  table sites(prefix: prefix key) = { (198.51.100.60), (2001:db8:77::/64) }
  dispatch {
    tcp/80, udp/80, tcp/443 to 198.51.100.50, 2001:db8:b::50 -> socket web
    each s in sites { tcp to s.prefix -> socket web }
    udp in inside, dmz to 198.51.100.50, 198.51.100.1, 2001:db8:b::50 -> socket dns
    udp/53 ipv4 in uplink -> socket dns
  }
  target router {
    socket web = 127.0.0.1:8080, [::1]:8080
    socket dns = 127.0.0.1:5353, [::1]:5353
    nftables
  }
`;

describeWithKernel('dispatch in nftables', () => {
  test('to the socket that a rule names, and to nobody else where that one is missing', async () => {
    const lab = await Lab.create(labOptions(NETWORK));
    const routes = artifactOf(ZONES + policy, 'host/routes.sh');
    await lab.load(artifactOf(ZONES + policy));
    let id = 0;
    const socket = async (network: Network, transport: Transport, from = 'uplink0') => {
      id += 1;
      const seen = (await lab.send([[lab.frame(id, from, encodePacket(network, transport, id))]])).flat();
      return seen
        .map((one) => (one.kind === 'delivered' ? (SOCKETS[one.socket ?? -1]?.name ?? 'any') : one.kind))
        .join();
    };
    const to50 = ipv4('203.0.113.9', '198.51.100.50');
    expect(await socket(to50, tcp(80, 'syn'))).toBe('forwarded');
    await lab.exec(['sh', '-s', 'up'], routes);
    await lab.exec(['sh', '-s', 'up'], routes);
    expect(await socket(to50, tcp(80, 'syn'))).toBe('');
    await lab.openSockets(SOCKETS);
    expect(await socket(to50, { ...tcp(80, 'syn'), sourcePort: 1 })).toBe('web');
    expect(await socket(ipv6('2001:db8:99::9', '2001:db8:77::123'), tcp(9999, 'syn'))).toBe('web');
    expect(await socket(ipv4('203.0.113.9', '198.51.100.1'), udp(53))).toBe('dns');
    expect(await socket(ipv4('203.0.113.9', '198.51.100.1'), udp(54))).toBe('any');
    // What this host sends to itself gets the same sockets.
    const own = (network: Network, transport: Transport) => socket(network, transport, ROUTER);
    expect(await own(ipv4('198.51.100.1', '198.51.100.50'), { ...tcp(443, 'syn'), sourcePort: 7 })).toBe('web');
    expect(await own(ipv6('2001:db8:b::1', '2001:db8:77::5'), { ...tcp(9, 'syn'), sourcePort: 7 })).toBe('web');
    expect(await own(ipv4('198.51.100.1', '198.51.100.50'), udp(54))).toBe('any');
    expect(await socket(to50, tcp(81, 'syn'))).toBe('any');
    expect(await lab.exec(['ip', '-6', 'route', 'show', 'table', 'local', 'proto', '83'])).toMatch(/77::\/64/);
    await lab.exec(['sh', '-s', 'down'], routes);
    for (const family of ['-4', '-6']) {
      expect(await lab.exec(['ip', family, 'route', 'show', 'table', 'local', 'proto', '83'])).toBe('');
    }
    expect(await socket(to50, { ...tcp(80, 'syn'), sourcePort: 2 })).toBe('forwarded');
    await lab.destroy();
  });

  // Addresses that this host has anyway: with local routes besides, Linux looks more closely at where packets come from.
  agrees(
    'whatever else this host gets',
    `dispatch {
       tcp/80, udp/80, tcp/443 to 198.51.100.1, 2001:db8:b::1 -> socket web
       udp in inside, dmz -> socket dns
       tcp/1000 ipv4 not to 10.0.0.1 -> socket web
     }
     nat { dnat in inside, dmz to 203.0.113.9 -> 198.51.100.1 }
     filter input default drop { allow tcp, udp }
     target router {
       socket web = 127.0.0.1:8080, [::1]:8080
       socket dns = 127.0.0.1:5353, [::1]:5353
       nftables
     }`,
    ['delivered', 'forwarded', 'gone'],
    { sockets: SOCKETS },
  );
});
