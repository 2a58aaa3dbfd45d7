/** The packets of the kernel lab: known bytes, and everything that is encoded is read back as it was. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv4, ipv6, tcp, udp } from '../kernel/harness/crafting.ts';
import type { DecodedPacket, Ipv6Extension, Network, Transport } from '../../cli/lab/packet.ts';
import {
  concatenate,
  decodeFrame,
  decodePacket,
  encodeFrame,
  encodePacket,
  formatFrame,
  formatPacket,
  fragmentPacket,
  identityOf,
  packetOfFrame,
  parseAddress,
  tcpFlagNames,
} from '../../cli/lab/packet.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const word16 = fc.nat(0xffff);
const word32 = fc.nat(0xffff_ffff);
const payload = fc.uint8Array({ maxLength: 40 });
const address6 = fc.array(word16, { minLength: 8, maxLength: 8 }).map(canonicalIpv6);

/** As RFC 5952 has it, by the URL parser of the platform. */
function canonicalIpv6(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(':');
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

const extension: fc.Arbitrary<Ipv6Extension> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('hop-by-hop', 'destination-options'),
    options: fc.nat(3).chain((n) => bytesOf(6 + 8 * n)),
  }),
  fc.record({
    kind: fc.constant('routing'),
    type: fc.nat(255),
    segmentsLeft: fc.nat(255),
    data: fc.nat(3).chain((n) => bytesOf(4 + 8 * n)),
  }),
) as fc.Arbitrary<Ipv6Extension>;

const networks: fc.Arbitrary<Network> = fc.oneof(
  fc.record({
    version: fc.constant(4 as const),
    source: fc.ipV4(),
    destination: fc.ipV4(),
    dscp: fc.nat(63),
    ecn: fc.nat(3),
    identification: word16,
    dontFragment: fc.boolean(),
    ttl: fc.nat(255),
    options: fc.nat(10).chain((n) => bytesOf(4 * n)),
  }),
  fc.record({
    version: fc.constant(6 as const),
    source: address6,
    destination: address6,
    dscp: fc.nat(63),
    ecn: fc.nat(3),
    flowLabel: fc.nat(0xfffff),
    hopLimit: fc.nat(255),
    extensions: fc.array(extension, { maxLength: 3 }),
  }),
);

const transports: fc.Arbitrary<Transport> = fc.oneof(
  fc.record({
    protocol: fc.constant('tcp' as const),
    sourcePort: word16,
    destinationPort: word16,
    sequence: word32,
    acknowledgement: word32,
    flags: fc.subarray([...tcpFlagNames]),
    window: word16,
    urgentPointer: word16,
    mss: word16,
    options: fc.nat(9).chain((n) => bytesOf(4 * n)),
    payload,
  }),
  fc.record({ protocol: fc.constant('udp' as const), sourcePort: word16, destinationPort: word16, payload }),
  fc.record({ protocol: fc.constant('gre' as const), type: word16, key: word32, payload }),
  fc.record({ protocol: fc.integer({ min: 100, max: 130 }), payload }),
);

function decode(bytes: Uint8Array): DecodedPacket {
  const packet = decodePacket(bytes);
  if (packet === undefined) throw new Error('no IP packet');
  return packet;
}

/** The headers that each fragment repeats. */
function lengthOfUncut(packet: Uint8Array, ip: Network): number {
  if (ip.version === 4) return 20 + (ip.options?.length ?? 0);
  let length = 40;
  for (const { kind } of ip.extensions ?? []) {
    if (kind === 'destination-options') break;
    length += ((packet[length + 1] ?? 0) + 1) * 8;
  }
  return length;
}

/** Offset, and whether more follow. */
function fragmentationOf({ network }: DecodedPacket): [number | undefined, boolean | undefined] {
  if (network.version === 4) return [network.fragmentOffset, network.moreFragments];
  const fragment = network.extensions?.find(({ kind }) => kind === 'fragment');
  return fragment?.kind === 'fragment' ? [fragment.offset, fragment.moreFragments] : [undefined, undefined];
}

describe('packets of the kernel lab', () => {
  test('have the bytes that a hand-made header has', () => {
    const datagram = encodePacket(ipv4('192.0.2.1', '198.51.100.2', { identification: 1 }), udp(53));
    expect(hex(datagram)).toBe('4500001c0001000040118e99c0000201c63364029c40003500087731');
    const [from, to] = ['20010db8000000000000000000000001', '20010db8000000000000000000000002'];
    const segment = encodePacket(ipv6('2001:db8::1', '2001:db8::2'), { ...tcp(443, 'syn'), mss: 1460 });
    expect(hex(segment)).toBe(`6000000000180640${from}${to}9c4001bb00000001000000006002ffff9eb50000020405b4`);
    const echo = { protocol: 'icmpv6', type: 128, rest: 0x0001_0002 } as const;
    expect(hex(encodePacket(ipv6('2001:db8::1', '2001:db8::2'), echo))).toBe(
      `6000000000083a40${from}${to}8000244500010002`,
    );
  });

  test('are read back as they were written', () => {
    fc.assert(
      fc.property(networks, transports, (ip, inner) => {
        const packet = decode(encodePacket(ip, inner));
        expect(packet.network).toMatchObject(ip);
        expect(packet.transport).toMatchObject(inner);
        expect(packet.networkChecksum).toBe(ip.version === 4 ? 'good' : 'unknown');
        const checked = inner.protocol === 'tcp' || inner.protocol === 'udp';
        expect(packet.transportChecksum).toBe(checked ? 'good' : 'unknown');
      }),
    );
  });

  test('keep their id through translation, padding and frames', () => {
    fc.assert(
      fc.property(networks, transports, word32, (ip, inner, id) => {
        const packet = encodePacket(ip, inner, id);
        expect(identityOf(concatenate(packet, new Uint8Array(7)))).toBe(id);
        expect(identityOf(packet.subarray(0, -1))).toBeUndefined();
        const vlans = [
          { id: 5, priority: 3, protocol: 0x88a8 },
          { id: 4094, priority: 0, protocol: 0x8100 },
        ] as const;
        const ethernet = { source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02', vlans };
        const frame = encodeFrame(ethernet, packet);
        expect(packetOfFrame(frame)).toEqual(packet);
        expect(decodeFrame(frame).ethernet).toMatchObject(ethernet);
      }),
    );
  });

  test('are the same again when their fragments are put together', () => {
    fc.assert(
      fc.property(networks, transports, fc.integer({ min: 1, max: 6 }), (ip, inner, words) => {
        const packet = encodePacket(ip, inner);
        const kept = lengthOfUncut(packet, ip);
        const header = ip.version === 4 ? 0 : 8;
        const pieces = fragmentPacket(packet, 8 * words, 7);
        expect(concatenate(...pieces.map((piece) => piece.subarray(kept + header)))).toEqual(packet.subarray(kept));
        for (const [index, piece] of pieces.entries()) {
          expect(fragmentationOf(decode(piece))).toEqual([8 * words * index, index < pieces.length - 1]);
          expect(decode(piece)).toMatchObject({ length: piece.length });
          expect(decode(piece).networkChecksum).not.toBe('bad');
        }
      }),
    );
  });

  test('that are cut short or made of anything are read without complaint', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(0x45, 0x4f, 0x60), (bytes, first) => {
        const packet = concatenate(Uint8Array.of(first), bytes);
        expect(typeof formatPacket(packet)).toBe('string');
        expect(() => identityOf(packet)).not.toThrow();
      }),
    );
  });

  test('that have a wrong checksum are told', () => {
    const wrong = encodePacket(ipv4('192.0.2.1', '192.0.2.2', { checksum: 1 }), { ...udp(53), checksum: 2 });
    expect(decode(wrong)).toMatchObject({ networkChecksum: 'bad', transportChecksum: 'bad' });
    expect(formatPacket(wrong)).toBe(
      'IPv4 192.0.2.1:40000 > 192.0.2.2:53 udp payload 0 ttl 64 length 28 bad-header-checksum bad-checksum',
    );
  });

  test('print on one line', () => {
    const ethernet = { source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02', vlans: [{ id: 7 }] };
    const quoted = encodePacket(ipv6('2001:db8::1', '2001:db8::2'), tcp(80, 'syn', 'ack'), 5);
    const error = encodePacket(ipv6('fe80::1', '2001:db8::1'), {
      protocol: 'icmpv6',
      type: 1,
      code: 4,
      payload: quoted,
    });
    expect(formatFrame(encodeFrame(ethernet, error))).toBe(
      'vlan 7 IPv6 fe80::1 > 2001:db8::1 icmpv6 1/4 rest 0x00000000 about {IPv6 [2001:db8::1]:40000 > [2001:db8::2]:80 ' +
        'tcp [SA] seq 1 ack 0 win 65535 payload 8 hlim 64 length 68} hlim 64 length 116 id#5',
    );
  });

  test.each(['', '1.2.3', '256.1.1.1', '1::2::3', '12345::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7::8', 'g::'])(
    'refuse %j as an address',
    (text) => expect(() => parseAddress(text)).toThrow(),
  );
});
