import { describe, expect, it } from 'vitest';
import { decodePacket } from '../../../compiler/semantics/packet/decode.ts';
import { fragmentsOf } from '../../../compiler/semantics/kernel/fragments.ts';
import { joined } from '../../../compiler/semantics/kernel/reassembly.ts';
import { frameOf } from '../../../compiler/semantics/packet/frame.ts';
import { ipPacket } from '../../../compiler/semantics/packet/build.ts';
import type { Packet } from '../../../compiler/semantics/packet/packet.ts';
import type { Environment } from '../../../compiler/semantics/environment.ts';
import {
  ENVIRONMENT,
  Router,
  ZONES,
  ends,
  fromInside,
  fromUplink,
  ping,
  sentByHost,
  tcp,
  udp,
} from '../../builders/packets.ts';
import {
  address,
  countAs,
  drop,
  effects,
  filter,
  mitigate,
  number,
  policy,
  raw,
  service,
} from '../../builders/policy.ts';

const bare = policy(ZONES);

function fate(arrival: Parameters<Router['fate']>[0], environment: Environment = ENVIRONMENT): string {
  return new Router(bare, environment).fate(arrival);
}

function withNarrowUplink(mtu: number): Environment {
  return { ...ENVIRONMENT, interfaces: ENVIRONMENT.interfaces.map((at) => (at.name === 'eth0' ? { ...at, mtu } : at)) };
}

describe('the host throws away', () => {
  it('headers with a wrong checksum, after mitigate has seen them', () => {
    const bytes = udp('10.0.0.9:1', '198.51.100.7:53').bytes.slice();
    bytes[10] = bytes[10]! ^ 1;
    const router = new Router(
      policy(ZONES, mitigate(undefined, effects([countAs('seen')])), raw(effects([countAs('raw')]))),
    );
    expect(router.fate(fromInside(decodePacket(bytes)))).toBe('gone: host wrong IP header checksum');
    expect(router.state.counters.get('seen')?.packets).toBe(1);
    expect(router.state.counters.get('raw')).toBeUndefined();
  });

  it('what is no whole packet, before mitigate sees it', () => {
    const cut = fromInside(decodePacket(udp('10.0.0.9:1', '198.51.100.7:53').bytes.slice(0, 24)));
    const router = new Router(policy(ZONES, mitigate(undefined, effects([countAs('seen')]))));
    expect(router.fate(cut)).toBe('gone: host malformed IP header or cut-off packet');
    expect(router.state.counters.get('seen')).toBeUndefined();
  });

  it('sources that cannot be', () => {
    for (const source of ['127.0.0.1', '224.0.0.1', '255.255.255.255', '0.0.0.0', '203.0.113.2', '10.0.0.1']) {
      expect(fate(fromInside(udp(`${source}:1`, '198.51.100.7:53')))).toMatch(/^gone: host/);
    }
    for (const source of ['::1', 'ff02::1', '::']) {
      expect(fate(fromInside(udp(`[${source}]:1`, '[2001:db8:f::7]:53')))).toMatch(/^gone: host/);
    }
  });

  it('destinations that lead nowhere', () => {
    for (const destination of ['0.0.0.0', '127.0.0.5', '239.1.2.3']) {
      expect(fate(fromInside(udp('10.0.0.9:1', `${destination}:53`)))).toMatch(/^gone: host/);
    }
    for (const destination of ['::1', 'ff01::1', 'ff00::1', 'ff0e::77']) {
      expect(fate(fromInside(udp('[2001:db8:1::9]:1', `[${destination}]:53`)))).toMatch(/^gone: host/);
    }
  });

  it('what comes back by another way, if asked to', () => {
    const strict: Environment = { ...ENVIRONMENT, reversePath: 'strict' };
    expect(fate(fromUplink(udp('10.0.0.9:1', '10.0.0.8:53')), strict)).toBe('gone: host reverse path filter');
    expect(fate(fromUplink(udp('10.0.0.9:1', '10.0.0.8:53')), { ...strict, reversePath: 'loose' })).toMatch(/^out/);
    expect(fate(fromUplink(udp('10.0.0.9:1', '10.0.0.8:53')))).toMatch(/^out/);
  });

  it('frames for others on the link', () => {
    const known: Environment = { ...ENVIRONMENT, interfaces: ENVIRONMENT.interfaces.map((at) => ({ ...at, mac: 2n })) };
    const to = (mac: bigint, packet: Packet) =>
      ({ kind: 'received', in: 'eth1', frame: frameOf(packet, 1n, mac) }) as const;
    expect(fate(to(2n, udp('10.0.0.9:1', '198.51.100.7:53')), known)).toMatch(/^out/);
    expect(fate(to(3n, udp('10.0.0.9:1', '198.51.100.7:53')), known)).toBe('not judged');
    expect(fate(to(0xffffffffffffn, udp('10.0.0.9:1', '198.51.100.7:53')), known)).toBe(
      'gone: host forwarding of link broadcasts',
    );
  });
});

describe('the host takes for itself', () => {
  it('its addresses, broadcasts and groups', () => {
    for (const destination of [
      '203.0.113.2',
      '10.0.0.1',
      '203.0.113.255',
      '10.255.255.255',
      '255.255.255.255',
      '224.0.0.1',
      '127.0.0.1',
    ]) {
      const from = destination === '127.0.0.1' ? sentByHost : fromInside;
      expect(fate(from(udp('10.0.0.9:1', `${destination}:5`)))).toMatch(/^to this host/);
    }
    for (const destination of ['2001:db8::2', 'fe80::1', 'ff02::1', 'ff02::2', 'ff02::1:ff00:1', '2001:db8:1::']) {
      expect(fate(fromInside(udp('[2001:db8:1::9]:1', `[${destination}]:5`)))).toMatch(/^to this host/);
    }
  });

  it('what its sockets listen for', () => {
    expect(fate(fromInside(tcp('10.0.0.9:1', '10.0.0.1:22')))).toMatch(/^to sshd/);
    expect(fate(fromInside(udp('10.0.0.9:1', '10.0.0.1:53')))).toMatch(/^to resolver/);
  });
});

describe('the host answers', () => {
  it('that time is exceeded, and takes one hop from what it sends on', () => {
    expect(fate(fromInside(udp('10.0.0.9:1', '198.51.100.7:53', { ttl: 1 })))).toBe(
      'rejected with icmp 11/0 out eth1 10.0.0.1 > 10.0.0.9',
    );
    expect(fate(fromInside(udp('[2001:db8:1::9]:1', '[2001:db8:f::7]:53', { ttl: 1 })))).toBe(
      'rejected with icmp 3/0 out eth1 2001:db8:1::1 > 2001:db8:1::9',
    );
    const { fate: sent } = new Router(bare).take(fromInside(udp('10.0.0.9:1', '198.51.100.7:53', { ttl: 2 })));
    expect(sent).toMatchObject({ kind: 'forwarded', leaving: { packets: [{ ttl: 1 }] } });
    // This host itself may get the last hop.
    expect(fate(fromInside(udp('10.0.0.9:1', '10.0.0.1:53', { ttl: 1 })))).toMatch(/^to resolver/);
  });

  it('that there is no way', () => {
    const { environment } = new Router(bare, {
      ...ENVIRONMENT,
      routes: [
        { family: 4, network: address('192.0.2.0').value, length: 24, kind: 'unreachable' },
        { family: 4, network: address('192.0.3.0').value, length: 24, kind: 'prohibit' },
        { family: 4, network: address('192.0.4.0').value, length: 24, kind: 'blackhole' },
      ],
    });
    expect(fate(fromInside(udp('10.0.0.9:1', '198.51.100.7:53')), environment)).toBe(
      'rejected with icmp 3/0 out eth1 10.0.0.1 > 10.0.0.9',
    );
    expect(fate(fromInside(udp('10.0.0.9:1', '192.0.2.7:53')), environment)).toBe(
      'rejected with icmp 3/1 out eth1 10.0.0.1 > 10.0.0.9',
    );
    expect(fate(fromInside(udp('10.0.0.9:1', '192.0.3.7:53')), environment)).toBe(
      'rejected with icmp 3/13 out eth1 10.0.0.1 > 10.0.0.9',
    );
    expect(fate(fromInside(udp('10.0.0.9:1', '192.0.4.7:53')), environment)).toMatch(/^gone: host/);
    expect(fate(fromInside(udp('[2001:db8:1::9]:1', '[2001:db8:f::7]:53')), environment)).toBe(
      'rejected with icmp 1/0 out eth1 2001:db8:1::1 > 2001:db8:1::9',
    );
  });

  it('nothing about errors, later fragments and groups', () => {
    const later = ipPacket(
      { ...ends('10.0.0.9', '198.51.100.7'), ttl: 1, fragment: { offset: 8, more: false } },
      17,
      new Uint8Array(8),
    );
    expect(fate(fromInside(later))).toBe('rejected with icmp 11/0');
    expect(fate(fromInside(ping('10.0.0.9', '198.51.100.7', { type: 3, ttl: 1 })))).toBe('rejected with icmp 11/0');
    expect(fate(fromInside(ping('10.0.0.9', '198.51.100.7', { ttl: 1 })))).toMatch(/out eth1/);
  });

  it('about a later fragment of IPv6 whatever it is part of', () => {
    const fragment = { offset: 8, more: false };
    const ofError = ipPacket({ ...ends('2001:db8:1::9', '2001:db8:f::7'), ttl: 1, fragment }, 58, new Uint8Array(8));
    expect(fate(fromInside(ofError))).toBe('rejected with icmp 3/0 out eth1 2001:db8:1::1 > 2001:db8:1::9');
  });

  it('about an option that it does not know, if the packet may be at all', () => {
    const withOption = (source: string, padding = 0) => {
      // Padding but for its first type: unknown, to be thrown away with an error (RFC 8200, section 4.2).
      const options = Uint8Array.of(17, 0, 0x9e, 2, 0, 0, 1, padding);
      return ipPacket(ends(source, '2001:db8:f::7'), 0, new Uint8Array([...options, ...new Uint8Array(8)]));
    };
    expect(fate(fromInside(withOption('2001:db8:1::9')))).toMatch(/^rejected with icmp 4\/2/);
    // Nothing behind it is looked at.
    expect(fate(fromInside(withOption('2001:db8:1::9', 9)))).toMatch(/^rejected with icmp 4\/2/);
    expect(fate(fromInside(withOption('::1')))).toBe('gone: host loopback address on a link');
    expect(fate(fromInside(withOption('ff02::5')))).toBe('gone: host multicast source');
  });

  it('that a source cannot be forwarded', () => {
    expect(fate(fromInside(udp('[fe80::9]:1', '[2001:db8:f::7]:53')))).toMatch(/^rejected with icmp 1\/2/);
  });
});

describe('packets larger than the way out', () => {
  it('are refused where they must not be cut', () => {
    const narrow = withNarrowUplink(1400);
    const large = { payload: new Uint8Array(1400) };
    expect(fate(fromInside(udp('10.0.0.9:1', '198.51.100.7:53', { ...large, dontFragment: true })), narrow)).toBe(
      'rejected with icmp 3/4 out eth1 10.0.0.1 > 10.0.0.9',
    );
    expect(fate(fromInside(udp('[2001:db8:1::9]:1', '[2001:db8:f::7]:53', large)), narrow)).toBe(
      'rejected with icmp 2/0 out eth1 2001:db8:1::1 > 2001:db8:1::9',
    );
  });

  it('are cut further where they are fragments', () => {
    const first = ipPacket(
      { ...ends('10.0.0.9', '198.51.100.7'), fragment: { offset: 1480, more: true } },
      17,
      new Uint8Array(1400),
    );
    const { fate: sent } = new Router(bare, withNarrowUplink(1400)).take(fromInside(first));
    expect(sent).toMatchObject({
      kind: 'forwarded',
      leaving: {
        packets: [
          { length: 1396, fragment: { offset: 1480, more: true } },
          { length: 44, fragment: { offset: 2856, more: true } },
        ],
      },
    });
  });

  it('are cut where they may be', () => {
    const { fate: sent } = new Router(bare, withNarrowUplink(1400)).take(
      fromInside(udp('10.0.0.9:1', '198.51.100.7:53', { payload: new Uint8Array(1400), identification: 7 })),
    );
    expect(sent).toMatchObject({
      kind: 'forwarded',
      leaving: {
        packets: [
          { length: 1396, fragment: { offset: 0, more: true } },
          { length: 52, fragment: { offset: 1376, more: false } },
        ],
      },
    });
  });
});

describe('fragments', () => {
  const whole = udp('10.0.0.9:4000', '198.51.100.7:53', {
    payload: Uint8Array.from({ length: 100 }, (_, k) => k),
    identification: 9,
  });
  const whole6 = udp('[2001:db8:1::9]:4000', '[2001:db8:f::7]:53', {
    payload: Uint8Array.from({ length: 100 }, (_, k) => k),
  });
  const tracked = policy(ZONES, filter('forward', {}, drop({ if: service('udp/54') })));

  it('of either family make their packet again, in any order', () => {
    for (const packet of [whole, whole6]) {
      const parts = fragmentsOf(packet, packet.family === 4 ? 60 : 88, 5);
      expect(parts.length).toBeGreaterThan(2);
      expect(joined(parts)?.bytes).toEqual(packet.bytes);
      expect(joined(parts.toReversed())?.bytes).toEqual(packet.bytes);
      expect(joined(parts.slice(1))).toBeUndefined();
    }
  });

  it('are held until the last has come, and then judged as one packet', () => {
    const parts = fragmentsOf(whole, 60, 0);
    const router = new Router(tracked);
    const fates = parts.map((part) => router.fate(fromInside(part)));
    expect(fates.slice(0, -1)).toEqual(parts.slice(1).map(() => 'held'));
    expect(fates.at(-1)).toMatch(/^out eth0 10.0.0.9:4000 > 198.51.100.7:53/);
    expect(router.state.reassemblies.size).toBe(0);
  });

  it('do not wait for ever', () => {
    const parts = fragmentsOf(whole, 100, 0);
    const router = new Router(tracked);
    router.take(fromInside(parts[0]!));
    router.wait(30_000);
    expect(router.fate(fromInside(parts[1]!))).toBe('held');
  });

  it('that overlap are thrown away with all the others', () => {
    const [first, second] = fragmentsOf(whole, 100, 0);
    const overlapping = ipPacket(
      { ...ends('10.0.0.9', '198.51.100.7'), identification: 9, fragment: { offset: 8, more: true } },
      17,
      new Uint8Array(80),
    );
    const router = new Router(tracked);
    router.take(fromInside(first!));
    expect(router.fate(fromInside(overlapping))).toMatch(/^gone: host/);
    expect(router.fate(fromInside(second!))).toBe('held');
  });

  it('go through one by one where nothing is tracked', () => {
    const stateless = policy(ZONES, filter('forward', { stateless: true }, drop({ if: number('fragment', '2') })));
    const [first, second] = fragmentsOf(whole, 100, 0);
    const router = new Router(stateless);
    expect(router.fate(fromInside(first!))).toMatch(/^out/);
    expect(router.fate(fromInside(second!))).toBe('gone: policy filter forward');
  });
});
