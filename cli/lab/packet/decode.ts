/** From bytes to data. Never throws on IP that is cut short or odd: what cannot be read stays payload. */
import { formatAddress, formatMac } from './address.ts';
import { internetChecksum, pseudoHeader } from './checksum.ts';
import type {
  ChecksumState,
  DecodedFrame,
  DecodedPacket,
  Ipv4,
  Ipv6,
  Ipv6Extension,
  TcpFlag,
  Transport,
  VlanTag,
} from './layers.ts';
import { protocolNumbers, tcpFlagNames } from './layers.ts';

/** An Ethernet frame of at least 14 bytes. */
export function decodeFrame(bytes: Uint8Array): DecodedFrame {
  const view = viewOf(bytes);
  const vlans: VlanTag[] = [];
  let at = 12;
  let type = view.getUint16(at);
  while ((type === 0x8100 || type === 0x88a8) && at + 6 <= bytes.length) {
    const tag = view.getUint16(at + 2);
    vlans.push({ id: tag & 0xfff, priority: tag >> 13, protocol: type });
    at += 4;
    type = view.getUint16(at);
  }
  const ethernet = {
    destination: formatMac(bytes.subarray(0, 6)),
    source: formatMac(bytes.subarray(6, 12)),
    vlans,
    type,
  };
  const packet = type === 0x0800 || type === 0x86dd ? decodePacket(bytes.subarray(at + 2)) : undefined;
  return packet === undefined ? { ethernet } : { ethernet, packet };
}

/** The IP packet in an Ethernet frame; no bytes of a frame that is too short. */
export function packetOfFrame(frame: Uint8Array): Uint8Array {
  const view = viewOf(frame);
  let at = 12;
  while (at + 6 <= frame.length && (view.getUint16(at) === 0x8100 || view.getUint16(at) === 0x88a8)) at += 4;
  return frame.subarray(at + 2);
}

/** An IP packet, undefined if there is no whole IP header. Bytes behind the length that the header states are left out. */
export function decodePacket(bytes: Uint8Array): DecodedPacket | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4 && bytes.length >= 20 && bytes.length >= ((bytes[0] ?? 0) & 15) * 4) return decodeIpv4(bytes);
  if (version === 6 && bytes.length >= 40) return decodeIpv6(bytes);
  return undefined;
}

function decodeIpv4(bytes: Uint8Array): DecodedPacket {
  const view = viewOf(bytes);
  const headerLength = Math.max(20, (view.getUint8(0) & 15) * 4);
  const length = view.getUint16(2);
  const fragmentation = view.getUint16(6);
  const network: Ipv4 = {
    version: 4,
    source: formatAddress(bytes.subarray(12, 16)),
    destination: formatAddress(bytes.subarray(16, 20)),
    dscp: view.getUint8(1) >> 2,
    ecn: view.getUint8(1) & 3,
    identification: view.getUint16(4),
    dontFragment: (fragmentation & 0x4000) !== 0,
    moreFragments: (fragmentation & 0x2000) !== 0,
    fragmentOffset: (fragmentation & 0x1fff) * 8,
    ttl: view.getUint8(8),
    options: bytes.slice(20, headerLength),
    checksum: view.getUint16(10),
  };
  const whole = bytes.length >= length && (fragmentation & 0x3fff) === 0;
  const inner = bytes.subarray(headerLength, Math.max(headerLength, length));
  const pseudo = pseudoHeader(bytes.subarray(12, 16), bytes.subarray(16, 20), view.getUint8(9), inner.length);
  return {
    network,
    ...decodeTransport(view.getUint8(9), inner, pseudo, whole, network.fragmentOffset === 0),
    protocolNumber: view.getUint8(9),
    length,
    networkChecksum: internetChecksum(bytes.subarray(0, headerLength)) === 0 ? 'good' : 'bad',
  };
}

function decodeIpv6(bytes: Uint8Array): DecodedPacket {
  const view = viewOf(bytes);
  const length = 40 + view.getUint16(4);
  const packet = bytes.subarray(0, length);
  const { extensions, protocol, at } = decodeExtensions(packet, view.getUint8(6));
  const fragment = extensions.find((extension) => extension.kind === 'fragment');
  const network: Ipv6 = {
    version: 6,
    source: formatAddress(bytes.subarray(8, 24)),
    destination: formatAddress(bytes.subarray(24, 40)),
    dscp: (view.getUint16(0) >> 6) & 63,
    ecn: (view.getUint16(0) >> 4) & 3,
    flowLabel: view.getUint32(0) & 0xfffff,
    hopLimit: view.getUint8(7),
    extensions,
  };
  const inner = packet.subarray(at);
  const pseudo = pseudoHeader(bytes.subarray(8, 24), bytes.subarray(24, 40), protocol, inner.length);
  const whole =
    bytes.length >= length && (fragment === undefined || (fragment.offset === 0 && !fragment.moreFragments));
  return {
    network,
    ...decodeTransport(protocol, inner, pseudo, whole, fragment === undefined || fragment.offset === 0),
    protocolNumber: protocol,
    length,
    networkChecksum: 'unknown',
  };
}

function decodeExtensions(
  packet: Uint8Array,
  first: number,
): { extensions: Ipv6Extension[]; protocol: number; at: number } {
  const view = viewOf(packet);
  const extensions: Ipv6Extension[] = [];
  let protocol = first;
  let at = 40;
  while (at + 8 <= packet.length) {
    const extension = decodeExtension(packet, view, protocol, at);
    if (extension === undefined) break;
    extensions.push(extension);
    protocol = view.getUint8(at);
    at += extension.kind === 'fragment' ? 8 : (view.getUint8(at + 1) + 1) * 8;
    // What follows the header of a later fragment is no header.
    if (extension.kind === 'fragment' && extension.offset > 0) break;
  }
  return { extensions, protocol, at: Math.min(at, packet.length) };
}

function decodeExtension(packet: Uint8Array, view: DataView, protocol: number, at: number): Ipv6Extension | undefined {
  const end = at + (view.getUint8(at + 1) + 1) * 8;
  switch (protocol) {
    case 0:
      return { kind: 'hop-by-hop', options: packet.slice(at + 2, end) };
    case 60:
      return { kind: 'destination-options', options: packet.slice(at + 2, end) };
    case 43:
      return {
        kind: 'routing',
        type: view.getUint8(at + 2),
        segmentsLeft: view.getUint8(at + 3),
        data: packet.slice(at + 4, end),
      };
    case 44: {
      const fragmentation = view.getUint16(at + 2);
      return {
        kind: 'fragment',
        offset: fragmentation & 0xfff8,
        moreFragments: (fragmentation & 1) !== 0,
        identification: view.getUint32(at + 4),
      };
    }
    default:
      return undefined;
  }
}

interface DecodedTransport {
  transport: Transport;
  transportChecksum: ChecksumState;
}

/** `whole`: not a fragment and not cut short, so that its checksum can be told. `start`: it begins with its header. */
function decodeTransport(
  protocol: number,
  inner: Uint8Array,
  pseudo: Uint8Array,
  whole: boolean,
  start: boolean,
): DecodedTransport {
  const transport = start ? readTransport(protocol, inner) : undefined;
  if (transport === undefined) return { transport: { protocol, payload: inner.slice() }, transportChecksum: 'unknown' };
  const absent =
    transport.protocol === 'gre' ||
    typeof transport.protocol === 'number' ||
    (transport.protocol === 'udp' && transport.checksum === 0);
  if (!whole || absent) return { transport, transportChecksum: 'unknown' };
  const sum = transport.protocol === 'icmp' ? internetChecksum(inner) : internetChecksum(pseudo, inner);
  return { transport, transportChecksum: sum === 0 ? 'good' : 'bad' };
}

/** Undefined where the protocol is not one of ours or its header is not all there. */
function readTransport(protocol: number, inner: Uint8Array): Transport | undefined {
  const view = viewOf(inner);
  switch (protocol) {
    case protocolNumbers.tcp:
      return inner.length >= 20 ? readTcp(inner, view) : undefined;
    case protocolNumbers.udp:
      if (inner.length < 8) return undefined;
      return {
        protocol: 'udp',
        sourcePort: view.getUint16(0),
        destinationPort: view.getUint16(2),
        checksum: view.getUint16(6),
        payload: inner.slice(8),
      };
    case protocolNumbers.icmp:
    case protocolNumbers.icmpv6:
      if (inner.length < 8) return undefined;
      return {
        protocol: protocol === protocolNumbers.icmp ? 'icmp' : 'icmpv6',
        type: view.getUint8(0),
        code: view.getUint8(1),
        rest: view.getUint32(4),
        checksum: view.getUint16(2),
        payload: inner.slice(8),
      };
    case protocolNumbers.gre:
      return inner.length >= 4 ? readGre(inner, view) : undefined;
    default:
      return undefined;
  }
}

function readTcp(inner: Uint8Array, view: DataView): Transport {
  const headerLength = Math.min(inner.length, Math.max(20, (view.getUint8(12) >> 4) * 4));
  const hasMss = headerLength >= 24 && view.getUint16(20) === 0x0204;
  const flags: TcpFlag[] = tcpFlagNames.filter((_, bit) => (view.getUint8(13) & (1 << bit)) !== 0);
  return {
    protocol: 'tcp',
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    sequence: view.getUint32(4),
    acknowledgement: view.getUint32(8),
    flags,
    window: view.getUint16(14),
    urgentPointer: view.getUint16(18),
    ...(hasMss ? { mss: view.getUint16(22) } : {}),
    options: inner.slice(hasMss ? 24 : 20, headerLength),
    checksum: view.getUint16(16),
    payload: inner.slice(headerLength),
  };
}

/** The flags C, K and S of RFC 2784 and RFC 2890 each announce 4 bytes; only the key is kept. */
function readGre(inner: Uint8Array, view: DataView): Transport | undefined {
  const flags = view.getUint16(0);
  const keyAt = 4 + ((flags & 0x8000) !== 0 ? 4 : 0);
  const hasKey = (flags & 0x2000) !== 0;
  const payloadAt = keyAt + (hasKey ? 4 : 0) + ((flags & 0x1000) !== 0 ? 4 : 0);
  if (inner.length < payloadAt) return undefined;
  return {
    protocol: 'gre',
    type: view.getUint16(2),
    ...(hasKey ? { key: view.getUint32(keyAt) } : {}),
    payload: inner.slice(payloadAt),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
