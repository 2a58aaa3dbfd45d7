/** From data to bytes. */
import { parseIpv4, parseIpv6, parseMac } from './address.ts';
import { internetChecksum, pseudoHeader } from './checksum.ts';
import { identityTrailer } from './identity.ts';
import type { Ethernet, Gre, Icmp, Ipv4, Ipv6, Ipv6Extension, Network, Tcp, Transport, Udp } from './layers.ts';
import { concatenate, noBytes, protocolNumbers, tcpFlagNames } from './layers.ts';

/** A frame around an IP packet. */
export function encodeFrame(ethernet: Ethernet, packet: Uint8Array): Uint8Array {
  const vlans = ethernet.vlans ?? [];
  const bytes = new Uint8Array(14 + 4 * vlans.length + packet.length);
  const view = new DataView(bytes.buffer);
  bytes.set(parseMac(ethernet.destination));
  bytes.set(parseMac(ethernet.source), 6);
  let at = 12;
  for (const vlan of vlans) {
    view.setUint16(at, vlan.protocol ?? 0x8100);
    view.setUint16(at + 2, ((vlan.priority ?? 0) << 13) | vlan.id);
    at += 4;
  }
  view.setUint16(at, ethernet.type ?? ((packet[0] ?? 0) >> 4 === 6 ? 0x86dd : 0x0800));
  bytes.set(packet, at + 2);
  return bytes;
}

/**
 * An IP packet. With an `id` its payload ends in the 8 bytes by which `identityOf` knows it again.
 *
 * A packet that is given as a fragment (IPv4 fields or an IPv6 fragment header) carries the transport header in its
 * payload all the same; for fragments of one datagram encode the datagram and cut it with `fragmentPacket`.
 */
export function encodePacket(network: Network, transport: Transport, id?: number): Uint8Array {
  const payload = transport.payload ?? noBytes;
  const marked = id === undefined ? payload : concatenate(payload, identityTrailer(id));
  const inner = encodeTransport(network, { ...transport, payload: marked });
  return network.version === 4 ? encodeIpv4(network, transport, inner) : encodeIpv6(network, transport, inner);
}

function protocolNumberOf(transport: Transport): number {
  return typeof transport.protocol === 'number' ? transport.protocol : protocolNumbers[transport.protocol];
}

function encodeIpv4(network: Ipv4, transport: Transport, inner: Uint8Array): Uint8Array {
  const options = padTo(network.options ?? noBytes, 4);
  const header = new Uint8Array(20 + options.length);
  const view = new DataView(header.buffer);
  header[0] = 0x40 | (header.length / 4);
  header[1] = ((network.dscp ?? 0) << 2) | (network.ecn ?? 0);
  view.setUint16(2, header.length + inner.length);
  view.setUint16(4, network.identification ?? 0);
  const flags = (network.dontFragment === true ? 0x4000 : 0) | (network.moreFragments === true ? 0x2000 : 0);
  view.setUint16(6, flags | ((network.fragmentOffset ?? 0) / 8));
  header[8] = network.ttl ?? 64;
  header[9] = protocolNumberOf(transport);
  header.set(parseIpv4(network.source), 12);
  header.set(parseIpv4(network.destination), 16);
  header.set(options, 20);
  view.setUint16(10, network.checksum ?? internetChecksum(header));
  return concatenate(header, inner);
}

const extensionNumbers = { 'hop-by-hop': 0, routing: 43, fragment: 44, 'destination-options': 60 } as const;

function encodeIpv6(network: Ipv6, transport: Transport, inner: Uint8Array): Uint8Array {
  const extensions = network.extensions ?? [];
  const numbers = [...extensions.map((extension) => extensionNumbers[extension.kind]), protocolNumberOf(transport)];
  const chain = concatenate(
    ...extensions.map((extension, index) => encodeExtension(extension, numbers[index + 1] ?? 59)),
  );
  const header = new Uint8Array(40);
  const view = new DataView(header.buffer);
  const trafficClass = ((network.dscp ?? 0) << 2) | (network.ecn ?? 0);
  view.setUint32(0, ((6 << 28) | (trafficClass << 20) | (network.flowLabel ?? 0)) >>> 0);
  view.setUint16(4, chain.length + inner.length);
  header[6] = numbers[0] ?? 59;
  header[7] = network.hopLimit ?? 64;
  header.set(parseIpv6(network.source), 8);
  header.set(parseIpv6(network.destination), 24);
  return concatenate(header, chain, inner);
}

function encodeExtension(extension: Ipv6Extension, next: number): Uint8Array {
  if (extension.kind === 'fragment') {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    bytes[0] = next;
    view.setUint16(2, extension.offset | (extension.moreFragments ? 1 : 0));
    view.setUint32(4, extension.identification);
    return bytes;
  }
  const body =
    extension.kind === 'routing'
      ? concatenate(Uint8Array.of(extension.type, extension.segmentsLeft), extension.data)
      : extension.options;
  const bytes = padTo(concatenate(Uint8Array.of(next, 0), body), 8);
  bytes[1] = bytes.length / 8 - 1;
  return bytes;
}

function encodeTransport(network: Network, transport: Transport): Uint8Array {
  switch (transport.protocol) {
    case 'tcp':
      return encodeTcp(network, transport);
    case 'udp':
      return encodeUdp(network, transport);
    case 'icmp':
    case 'icmpv6':
      return encodeIcmp(network, transport);
    case 'gre':
      return encodeGre(transport);
    default:
      return transport.payload ?? noBytes;
  }
}

function encodeTcp(network: Network, tcp: Tcp): Uint8Array {
  const mss = tcp.mss === undefined ? noBytes : Uint8Array.of(2, 4, tcp.mss >> 8, tcp.mss & 0xff);
  const options = padTo(concatenate(mss, tcp.options ?? noBytes), 4);
  const header = new Uint8Array(20 + options.length);
  const view = new DataView(header.buffer);
  view.setUint16(0, tcp.sourcePort);
  view.setUint16(2, tcp.destinationPort);
  view.setUint32(4, tcp.sequence ?? 1);
  view.setUint32(8, tcp.acknowledgement ?? 0);
  header[12] = (header.length / 4) << 4;
  header[13] = tcp.flags.reduce((bits, flag) => bits | (1 << tcpFlagNames.indexOf(flag)), 0);
  view.setUint16(14, tcp.window ?? 65535);
  view.setUint16(18, tcp.urgentPointer ?? 0);
  header.set(options, 20);
  const bytes = concatenate(header, tcp.payload ?? noBytes);
  return withChecksum(bytes, 16, tcp.checksum ?? checksumOver(network, protocolNumbers.tcp, bytes));
}

function encodeUdp(network: Network, udp: Udp): Uint8Array {
  const bytes = concatenate(new Uint8Array(8), udp.payload ?? noBytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, udp.sourcePort);
  view.setUint16(2, udp.destinationPort);
  view.setUint16(4, bytes.length);
  // Zero would mean "no checksum" (RFC 768).
  return withChecksum(bytes, 6, udp.checksum ?? (checksumOver(network, protocolNumbers.udp, bytes) || 0xffff));
}

function encodeIcmp(network: Network, icmp: Icmp): Uint8Array {
  const bytes = concatenate(new Uint8Array(8), icmp.payload ?? noBytes);
  bytes[0] = icmp.type;
  bytes[1] = icmp.code ?? 0;
  new DataView(bytes.buffer).setUint32(4, icmp.rest ?? 0);
  const computed =
    icmp.protocol === 'icmpv6' ? checksumOver(network, protocolNumbers.icmpv6, bytes) : internetChecksum(bytes);
  return withChecksum(bytes, 2, icmp.checksum ?? computed);
}

function encodeGre(gre: Gre): Uint8Array {
  const header = new Uint8Array(gre.key === undefined ? 4 : 8);
  const view = new DataView(header.buffer);
  view.setUint16(0, gre.key === undefined ? 0 : 0x2000);
  view.setUint16(2, gre.type);
  if (gre.key !== undefined) view.setUint32(4, gre.key);
  return concatenate(header, gre.payload ?? noBytes);
}

/**
 * `bytes` have zeros where the checksum stands. Covers the destination in the IP header, also where a routing header
 * with segments left would make it another (RFC 8200, section 8.1).
 */
function checksumOver(network: Network, protocol: number, bytes: Uint8Array): number {
  const parse = network.version === 4 ? parseIpv4 : parseIpv6;
  return internetChecksum(
    pseudoHeader(parse(network.source), parse(network.destination), protocol, bytes.length),
    bytes,
  );
}

function withChecksum(bytes: Uint8Array, at: number, checksum: number): Uint8Array {
  new DataView(bytes.buffer).setUint16(at, checksum);
  return bytes;
}

function padTo(bytes: Uint8Array, multiple: number): Uint8Array {
  return concatenate(bytes, new Uint8Array((multiple - (bytes.length % multiple)) % multiple));
}
