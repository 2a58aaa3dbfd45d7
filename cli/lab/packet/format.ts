/** One line for a packet, in the manner of tcpdump, for the report of a failing case. */
import { decodeFrame, decodePacket } from './decode.ts';
import { identityOf } from './identity.ts';
import type { DecodedPacket, Ipv6Extension, Network, Tcp, TcpFlag, Transport } from './layers.ts';
import { noBytes } from './layers.ts';

/** An Ethernet frame. */
export function formatFrame(bytes: Uint8Array): string {
  const { ethernet, packet } = decodeFrame(bytes);
  const vlans = (ethernet.vlans ?? []).map((vlan) => `vlan ${vlan.id} `).join('');
  if (packet === undefined) return `${vlans}ethertype 0x${(ethernet.type ?? 0).toString(16).padStart(4, '0')}`;
  return vlans + describe(packet, identityOf(bytes.subarray(14 + 4 * (ethernet.vlans ?? []).length)));
}

/** An IP packet. */
export function formatPacket(bytes: Uint8Array): string {
  const packet = decodePacket(bytes);
  return packet === undefined ? `${bytes.length} bytes that are no IP packet` : describe(packet, identityOf(bytes));
}

function describe(packet: DecodedPacket, id: number | undefined): string {
  const { network, transport } = packet;
  const words = [
    `IPv${network.version}`,
    endpoints(network, transport),
    describeTransport(transport),
    ...networkDetails(network),
    `length ${packet.length}`,
    packet.networkChecksum === 'bad' ? 'bad-header-checksum' : '',
    packet.transportChecksum === 'bad' ? 'bad-checksum' : '',
    id === undefined ? '' : `id#${id}`,
  ];
  return words.filter((word) => word !== '').join(' ');
}

function endpoints(network: Network, transport: Transport): string {
  const hasPorts = transport.protocol === 'tcp' || transport.protocol === 'udp';
  const from = hasPorts ? withPort(network.source, transport.sourcePort) : network.source;
  const to = hasPorts ? withPort(network.destination, transport.destinationPort) : network.destination;
  return `${from} > ${to}`;
}

function withPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function describeTransport(transport: Transport): string {
  const size = (transport.payload ?? noBytes).length;
  switch (transport.protocol) {
    case 'tcp':
      return describeTcp(transport);
    case 'udp':
      return `udp payload ${size}`;
    case 'icmp':
    case 'icmpv6': {
      const quoted = isError(transport.protocol, transport.type)
        ? decodePacket(transport.payload ?? noBytes)
        : undefined;
      const rest = (transport.rest ?? 0).toString(16).padStart(8, '0');
      const quote = quoted === undefined ? '' : ` about {${describe(quoted, undefined)}}`;
      return `${transport.protocol} ${transport.type}/${transport.code ?? 0} rest 0x${rest}${quote}`;
    }
    case 'gre':
      return `gre type 0x${transport.type.toString(16).padStart(4, '0')} payload ${size}`;
    default:
      return `protocol ${transport.protocol} payload ${size}`;
  }
}

/** Whether an ICMP or ICMPv6 message is an error, which quotes the packet that it is about (RFC 1122, RFC 4443). */
export function isError(protocol: 'icmp' | 'icmpv6', type: number): boolean {
  return protocol === 'icmp' ? [3, 4, 5, 11, 12].includes(type) : type < 128;
}

const flagLetters: Record<TcpFlag, string> = {
  fin: 'F',
  syn: 'S',
  rst: 'R',
  psh: 'P',
  ack: 'A',
  urg: 'U',
  ece: 'E',
  cwr: 'W',
};

function describeTcp(tcp: Tcp): string {
  const flags = tcp.flags.map((flag) => flagLetters[flag]).join('') || 'none';
  const mss = tcp.mss === undefined ? '' : ` mss ${tcp.mss}`;
  const size = (tcp.payload ?? noBytes).length;
  return `tcp [${flags}] seq ${tcp.sequence ?? 0} ack ${tcp.acknowledgement ?? 0} win ${tcp.window ?? 0}${mss} payload ${size}`;
}

function networkDetails(network: Network): string[] {
  const dscp = network.dscp ? [`dscp ${network.dscp}`] : [];
  if (network.version === 6) {
    return [`hlim ${network.hopLimit ?? 0}`, ...dscp, ...(network.extensions ?? []).map(describeExtension)];
  }
  const fragment =
    network.moreFragments === true || (network.fragmentOffset ?? 0) > 0
      ? [
          `frag ${network.identification ?? 0}:${network.fragmentOffset ?? 0}${network.moreFragments === true ? '+' : ''}`,
        ]
      : [];
  const options = (network.options ?? noBytes).length;
  return [
    `ttl ${network.ttl ?? 0}`,
    ...dscp,
    ...(network.dontFragment === true ? ['DF'] : []),
    ...fragment,
    ...(options > 0 ? [`options ${options}`] : []),
  ];
}

function describeExtension(extension: Ipv6Extension): string {
  switch (extension.kind) {
    case 'fragment':
      return `frag ${extension.identification}:${extension.offset}${extension.moreFragments ? '+' : ''}`;
    case 'routing':
      return `routing type ${extension.type} left ${extension.segmentsLeft}`;
    default:
      return `${extension.kind} ${extension.options.length + 2}`;
  }
}
