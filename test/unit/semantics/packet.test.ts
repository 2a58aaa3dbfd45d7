import { describe, expect, it } from 'vitest';
import { tcpPacket, udpPacket, icmpPacket, ipPacket } from '../../../compiler/semantics/packet/build.ts';
import { checksumOf, onesComplementSum, updatedChecksum } from '../../../compiler/semantics/packet/checksum.ts';
import { decodePacket } from '../../../compiler/semantics/packet/decode.ts';
import { decodeFrame, encodeFrame, frameOf, vlanOf } from '../../../compiler/semantics/packet/frame.ts';
import {
  translate,
  withDscp,
  withSegmentSizeAtMost,
  segmentSizeOf,
} from '../../../compiler/semantics/packet/rewrite.ts';
import { hasRightChecksum } from '../../../compiler/semantics/kernel/checksums.ts';
import { address } from '../../builders/policy.ts';
import { ends, ping, tcp, udp } from '../../builders/packets.ts';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

describe('checksums', () => {
  it('are those of RFC 1071, section 3', () => {
    expect(onesComplementSum(bytes('0001 f203 f4f5 f6f7'))).toBe(0xddf2);
    expect(checksumOf(bytes('0001 f203 f4f5 f6f7'))).toBe(0x220d);
  });

  it('are updated as in RFC 1624, section 4', () => {
    expect(updatedChecksum(0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  });

  it('of packets that are built are right', () => {
    expect(hasRightChecksum(tcp('10.0.0.9:40000', '198.51.100.7:80'))).toBe(true);
    expect(
      hasRightChecksum(udp('[2001:db8::9]:40000', '[2001:db8:1::7]:53', { payload: Uint8Array.of(1, 2, 3) })),
    ).toBe(true);
    expect(hasRightChecksum(ping('2001:db8::9', '2001:db8:1::7'))).toBe(true);
    expect(hasRightChecksum(decodePacket(bytes('4500001c0000000040117ac40a00000ac6336407 9c4000350008ffff')))).toBe(
      false,
    );
  });
});

describe('decoding IPv4', () => {
  // A SYN from 192.0.2.1:1025 to 198.51.100.2:80 with DSCP 46 and an MSS option.
  const syn = bytes(
    '45b8002c 1234 4000 40 06 0000 c0000201 c6336402 0401 0050 00000001 00000000 6002 ffff 0000 0000 020405b4',
  );

  it('reads addresses, ports, flags and options', () => {
    const packet = decodePacket(syn);
    expect(packet).toMatchObject({
      family: 4,
      wellFormed: true,
      source: address('192.0.2.1').value,
      destination: address('198.51.100.2').value,
      length: 44,
      ttl: 64,
      dscp: 46,
      dontFragment: true,
      protocol: 6,
      fragment: undefined,
      sourcePort: 1025,
      destinationPort: 80,
      tcpFlags: 2,
      payloadAt: 44,
    });
    expect(segmentSizeOf(packet)).toBe(1460);
  });

  it('finds fields absent, one after another, as the packet is cut off', () => {
    const cut = (length: number) => decodePacket(syn.slice(0, length));
    expect(cut(34)).toMatchObject({
      wellFormed: false,
      protocol: 6,
      sourcePort: 1025,
      destinationPort: 80,
      tcpFlags: 2,
    });
    expect(cut(33)).toMatchObject({ sourcePort: 1025, destinationPort: 80, tcpFlags: undefined, tcp: undefined });
    expect(cut(22)).toMatchObject({ sourcePort: 1025, destinationPort: undefined });
    expect(cut(21)).toMatchObject({ sourcePort: undefined, protocol: 6 });
    expect(cut(19)).toMatchObject({ destination: undefined, transportAt: undefined, protocol: 6 });
    expect(cut(9)).toMatchObject({ ttl: 64, protocol: undefined, source: undefined });
    expect(cut(0)).toMatchObject({ family: 4, wellFormed: false, source: undefined, length: 0 });
  });

  it('sees no ports in later fragments', () => {
    const later = ipPacket(
      { ...ends('192.0.2.1', '198.51.100.2'), fragment: { offset: 1480, more: false } },
      6,
      syn.slice(20),
    );
    expect(later).toMatchObject({ protocol: 6, sourcePort: undefined, tcpFlags: undefined });
    expect(later.fragment).toMatchObject({ offset: 1480, more: false });
  });

  it('leaves the padding of short frames out', () => {
    expect(decodePacket(Uint8Array.from([...syn, 0, 0])).bytes.length).toBe(44);
  });
});

describe('decoding IPv6', () => {
  const base = (next: string, rest: string) =>
    decodePacket(
      bytes(
        `6b800000 ${bytes(rest).length.toString(16).padStart(4, '0')} ${next} 40 20010db8000000000000000000000001 20010db8000000000000000000000002 ${rest}`,
      ),
    );

  it('walks through extension headers', () => {
    const packet = base('00', '2b 00 0104 00000000  11 00 0000 00000000  0400 0035 0008 0000');
    expect(packet).toMatchObject({
      wellFormed: true,
      dscp: 46,
      protocol: 17,
      sourcePort: 1024,
      destinationPort: 53,
      transportAt: 56,
    });
  });

  it('takes no jumbogram for one whose header is cut off', () => {
    const whole = bytes(`60000000 0000 00 40 20010db8000000000000000000000001 20010db8000000000000000000000002 3b00`);
    expect(decodePacket(whole, 6)).toMatchObject({ wellFormed: true, length: 42 });
    expect(decodePacket(whole.subarray(0, 40), 6).wellFormed).toBe(true);
    expect(decodePacket(whole.subarray(0, 39), 6).wellFormed).toBe(false);
  });

  it('names what a later fragment carries, without its ports', () => {
    const packet = base('2c', '11 00 05a8 00000007  0400 0035 0008 0000');
    expect(packet).toMatchObject({ protocol: 17, sourcePort: undefined });
    expect(packet.fragment).toEqual({ offset: 1448, more: false, identification: 7 });
  });

  it('knows no protocol of a later fragment behind which an extension header would lead to it', () => {
    for (const next of ['00', '2b', '2c', '33', '3c']) {
      const packet = base('2c', `${next} 00 05a8 00000007  0600 0035 0008 0000`);
      expect(packet, next).toMatchObject({ protocol: undefined, fragment: { offset: 1448 } });
    }
    expect(base('2c', '3b 00 05a8 00000007  0600 0035 0008 0000').protocol).toBe(59);
  });

  it('takes an atomic fragment for what it is', () => {
    expect(base('2c', '11 00 0000 00000007  0400 0035 0008 0000')).toMatchObject({
      fragment: undefined,
      destinationPort: 53,
    });
  });

  it('knows no protocol where the chain is cut off', () => {
    expect(base('00', '11')).toMatchObject({ protocol: undefined, transportAt: undefined });
  });
});

describe('frames', () => {
  it('carry up to two VLAN tags', () => {
    const packet = udp('10.0.0.9:40000', '198.51.100.7:53');
    const tags = [
      { etherType: 0x88a8, control: 0x2064 },
      { etherType: 0x8100, control: 0x0007 },
    ];
    const frame = decodeFrame(encodeFrame(frameOf(packet, 0x020000000001n, 0x020000000002n, tags)));
    expect(frame).toMatchObject({ source: 0x020000000001n, destination: 0x020000000002n, tags, etherType: 0x0800 });
    expect(vlanOf(frame)).toBe(100);
    expect(frame.packet?.bytes).toEqual(packet.bytes);
  });

  it('may carry something else', () => {
    expect(decodeFrame(bytes('ffffffffffff 020000000001 0806 0001')).packet).toBeUndefined();
  });
});

describe('rewriting', () => {
  it('keeps every checksum right', () => {
    for (const packet of [
      tcp('10.0.0.9:40000', '198.51.100.7:80', { payload: Uint8Array.of(1, 2, 3) }),
      udp('10.0.0.9:40000', '198.51.100.7:53'),
      udp('[2001:db8::9]:40000', '[2001:db8:1::7]:53', { payload: Uint8Array.of(7) }),
    ]) {
      const other = address(packet.family === 4 ? '203.0.113.5' : '2001:db8:ffff::5').value;
      const changed = translate(packet, { source: other, sourcePort: 1024, destination: other, destinationPort: 8080 });
      expect(changed).toMatchObject({ source: other, destination: other, sourcePort: 1024, destinationPort: 8080 });
      expect(hasRightChecksum(changed)).toBe(true);
      if (packet.family === 4) expect(onesComplementSum(changed.bytes, 0, 20)).toBe(0xffff);
    }
  });

  it('leaves a UDP packet without a checksum without one', () => {
    const packet = udp('10.0.0.9:40000', '198.51.100.7:53');
    const unchecked = packet.bytes.slice();
    unchecked.fill(0, 26, 28);
    const changed = translate(decodePacket(unchecked), { sourcePort: 1024 });
    expect(changed.bytes.slice(26, 28)).toEqual(Uint8Array.of(0, 0));
  });

  it('changes the DSCP and keeps the bits of congestion notification', () => {
    const packet = udpPacket({ ...ends('10.0.0.9', '198.51.100.7'), ecn: 3 }, { sourcePort: 1, destinationPort: 2 });
    const changed = withDscp(packet, 46);
    expect(changed.bytes[1]).toBe((46 << 2) | 3);
    expect(onesComplementSum(changed.bytes, 0, 20)).toBe(0xffff);
    const six = withDscp(
      udpPacket({ ...ends('2001:db8::1', '2001:db8::2'), ecn: 1 }, { sourcePort: 1, destinationPort: 2 }),
      46,
    );
    expect(six.dscp).toBe(46);
    expect((six.bytes[1]! >> 4) & 3).toBe(1);
  });

  it('lowers the maximum segment size, at any place, and never raises it', () => {
    const options = Uint8Array.of(1, 2, 4, 5, 180, 1, 1, 1);
    const packet = tcpPacket(ends('10.0.0.9', '198.51.100.7'), {
      sourcePort: 1,
      destinationPort: 2,
      flags: 2,
      options,
    });
    const lower = withSegmentSizeAtMost(packet, 1200);
    expect(segmentSizeOf(lower)).toBe(1200);
    expect(hasRightChecksum(lower)).toBe(true);
    expect(withSegmentSizeAtMost(packet, 1461)).toBe(packet);
    expect(withSegmentSizeAtMost(tcp('10.0.0.9:1', '198.51.100.7:2'), 100).bytes.length).toBe(40);
  });

  it('changes the identifier of a query', () => {
    const changed = translate(icmpPacket(ends('10.0.0.9', '198.51.100.7'), { type: 8, code: 0, rest: 0x00070001 }), {
      identifier: 9,
    });
    expect(changed.icmp?.identifier).toBe(9);
    expect(hasRightChecksum(changed)).toBe(true);
  });
});
