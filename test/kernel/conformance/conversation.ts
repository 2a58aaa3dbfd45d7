/** From steps to frames: what answers, continues or complains about a packet is made from what became of it. */
import { isKernelChatter, ROUTER, type Observation } from '../../../cli/lab/observation.ts';
import {
  decodePacket,
  encodePacket,
  isError,
  noBytes,
  packetOfFrame,
  type DecodedPacket,
  type Icmp,
  type Network as IpHeader,
  type Tcp,
  type TcpFlag,
  type Transport,
} from '../../../cli/lab/packet.ts';
import { addressValue, interfaceTowards, isBroadcast, mtuOf, ownAddresses, type Network } from './network.ts';
import type { AnswerStep, ErrorStep, FurtherStep, PacketStep, Step } from './script.ts';

/** A packet and where it enters the router. */
export interface Sent {
  readonly id: number;
  /** An interface's name, or `ROUTER`. */
  readonly at: string;
  readonly bytes: Uint8Array;
}

/** What has been sent, and seen of it, so far. */
export class Past {
  readonly #network: Network;
  readonly #sent = new Map<number, Sent>();
  readonly #seen = new Map<number, Sent>();

  constructor(network: Network) {
    this.#network = network;
  }

  /** Notes what became of a packet; of several frames, the first counts. */
  note(sent: Sent, observations: readonly Observation[]): void {
    this.#sent.set(sent.id, sent);
    for (const one of observations) {
      if (this.#seen.has(sent.id)) return;
      if (one.kind === 'delivered') this.#seen.set(sent.id, { id: sent.id, at: ROUTER, bytes: one.bytes });
      else if (one.kind === 'forwarded') {
        this.#seen.set(sent.id, { id: sent.id, at: one.interface, bytes: packetOfFrame(one.bytes) });
      }
    }
  }

  /** The packet of a step; undefined where there is none to be made, as for an answer to bytes that are no packet. */
  packetFor(step: Step): Sent | undefined {
    if (step.kind === 'packet') {
      return { id: step.id, at: step.at, bytes: Uint8Array.from(Buffer.from(step.bytes, 'hex')) };
    }
    const before = this.#sent.get(step.to);
    if (before === undefined) return undefined;
    const from = step.kind === 'further' ? before : this.#cameOut(before);
    const mtu = mtuOf(this.#network, from.at);
    const whole = packetAfter(step, from, Infinity);
    const made = whole === undefined || whole.bytes.length <= mtu ? whole : packetAfter(step, from, mtu);
    return made !== undefined && made.bytes.length <= mtu && maySend(this.#network, made) ? made : undefined;
  }

  /** What came out, and where; of a packet that never came out, what would have without the policy. */
  #cameOut(sent: Sent): Sent {
    const seen = this.#seen.get(sent.id);
    if (seen !== undefined) return seen;
    const packet = decodePacket(sent.bytes);
    if (packet === undefined) return sent;
    const family = packet.network.version;
    const destination = addressValue(packet.network.destination);
    if (ownAddresses(this.#network, family).includes(destination)) return { ...sent, at: ROUTER };
    return { ...sent, at: interfaceTowards(this.#network, family, destination) ?? sent.at };
  }
}

/**
 * Whether the step can be compared at all. The router sends only what is its own, and to hosts: where its multicasts go is
 * not the policy's affair. What the lab takes for the kernel's own chatter it does not show.
 */
export function maySend(network: Network, { at, bytes }: Sent): boolean {
  if (isChatter(bytes)) return false;
  if (at !== ROUTER) return true;
  const header = decodePacket(bytes)?.network;
  if (header === undefined) return false;
  const own = ownAddresses(network, header.version);
  const hasFragmentHeader = header.version === 6 && (header.extensions ?? []).some(({ kind }) => kind === 'fragment');
  const isForHost =
    !isForNoHost(header.destination) &&
    !(header.version === 4 && isBroadcast(network, addressValue(header.destination)));
  return own.includes(addressValue(header.source)) && isForHost && !hasFragmentHeader;
}

function isForNoHost(destination: string): boolean {
  return destination === '::' || destination.startsWith('ff') || /^(0|127|22[4-9]|2[345]\d)\./.test(destination);
}

function isChatter(bytes: Uint8Array): boolean {
  return isKernelChatter({ cause: 0, delivered: true, interface: 0, mark: 0, priority: 0, socket: 0, bytes });
}

/** Of the id that a packet ends in. */
const ID_LENGTH = 8;

/** Headers of a packet that follows another, with room for every option and extension there may be. */
const HEADERS = 140;

/** The packet, with no more payload than fits into `mtu`. */
function packetAfter(step: Exclude<Step, PacketStep>, from: Sent, mtu: number): Sent | undefined {
  const room = mtu - HEADERS;
  switch (step.kind) {
    case 'further':
      return furtherPacket({ ...step, payload: Math.min(step.payload, room) }, from);
    case 'answer':
      return answerPacket({ ...step, payload: Math.min(step.payload, room) }, from);
    case 'error':
      return errorPacket({ ...step, quoted: Math.min(step.quoted, room) }, from);
  }
}

function answerPacket(step: AnswerStep, seen: Sent): Sent | undefined {
  const packet = decodePacket(seen.bytes);
  if (packet === undefined) return undefined;
  const transport = answerTransport(packet, step);
  if (transport === undefined) return undefined;
  return { id: step.id, at: seen.at, bytes: encodePacket(turned(packet.network), transport, step.id) };
}

function furtherPacket(step: FurtherStep, before: Sent): Sent | undefined {
  const packet = decodePacket(before.bytes);
  if (packet === undefined) return undefined;
  const { transport } = packet;
  const network = plain(packet.network, packet.network.source, packet.network.destination);
  const further: Transport =
    transport.protocol === 'tcp'
      ? { ...bare(transport, step.flags), sequence: endOf(transport), payload: new Uint8Array(step.payload) }
      : withPayload(transport, step.payload);
  return { id: step.id, at: before.at, bytes: encodePacket(network, further, step.id) };
}

function errorPacket(step: ErrorStep, seen: Sent): Sent | undefined {
  const packet = decodePacket(seen.bytes);
  if (packet === undefined) return undefined;
  const { source, destination, version } = packet.network;
  const reporter = step.from !== undefined && step.from.includes(':') === (version === 6) ? step.from : destination;
  const network = plain(packet.network, reporter, source);
  const error: Icmp = {
    protocol: version === 4 ? 'icmp' : 'icmpv6',
    type: step.type,
    code: step.code,
    rest: tooBig(step, version) ? 1280 : 0,
    payload: seen.bytes.subarray(0, step.quoted),
  };
  return { id: step.id, at: seen.at, bytes: encodePacket(network, error, step.id) };
}

function tooBig({ type, code }: ErrorStep, version: 4 | 6): boolean {
  return version === 4 ? type === 3 && code === 4 : type === 2;
}

/** The addresses the other way round, without options and extension headers. */
function turned(network: IpHeader): IpHeader {
  return plain(network, network.destination, network.source);
}

function plain({ version }: IpHeader, source: string, destination: string): IpHeader {
  // Where there is no identification, a host that sends gives the packet one of its own.
  return version === 4 ? { version, source, destination, identification: 1 } : { version, source, destination };
}

function answerTransport({ network, transport }: DecodedPacket, step: AnswerStep): Transport | undefined {
  switch (transport.protocol) {
    case 'tcp': {
      const acknowledgement = step.flags.includes('ack') ? endOf(transport) : 0;
      const isFirst = !transport.flags.includes('ack');
      return {
        ...bare(transport, step.flags),
        sourcePort: transport.destinationPort,
        destinationPort: transport.sourcePort,
        sequence: isFirst ? firstSequence(transport) : (transport.acknowledgement ?? 0),
        acknowledgement,
        payload: new Uint8Array(step.payload),
      };
    }
    case 'udp':
      return {
        protocol: 'udp',
        sourcePort: transport.destinationPort,
        destinationPort: transport.sourcePort,
        payload: new Uint8Array(step.payload),
      };
    case 'icmp':
    case 'icmpv6': {
      if (isError(transport.protocol, transport.type)) return undefined;
      const type = answerTypes[network.version].get(transport.type) ?? transport.type;
      const { checksum: _former, ...rest } = transport;
      return { ...rest, type, payload: new Uint8Array(step.payload) };
    }
    default:
      return withPayload(transport, step.payload);
  }
}

/** Replies to queries (RFC 792, RFC 950, RFC 4443, RFC 4620). */
const answerTypes: Readonly<Record<4 | 6, ReadonlyMap<number, number>>> = {
  4: new Map([
    [8, 0],
    [13, 14],
    [15, 16],
    [17, 18],
  ]),
  6: new Map([
    [128, 129],
    [139, 140],
  ]),
};

/** An initial sequence number that differs from connection to connection. */
function firstSequence({ sourcePort, destinationPort }: Tcp): number {
  return (sourcePort * 65_537 + destinationPort * 257) % 0x7fff_ffff;
}

/** The sequence number behind everything that a segment takes up (RFC 9293, section 3.4). */
function endOf({ sequence = 0, payload = noBytes, flags }: Tcp): number {
  const counted = Number(flags.includes('syn')) + Number(flags.includes('fin'));
  return (sequence + payload.length + counted) % 0x1_0000_0000;
}

function bare(tcp: Tcp, flags: readonly TcpFlag[]): Tcp {
  const { checksum: _checksum, options: _options, mss, ...rest } = tcp;
  return { ...rest, flags, ...(mss !== undefined && flags.includes('syn') ? { mss } : {}) };
}

function withPayload(transport: Transport, length: number): Transport {
  // Of a header that is not known, all but the former id stays.
  if (typeof transport.protocol === 'number') {
    const { protocol, payload = noBytes } = transport;
    return { protocol, payload: payload.subarray(0, Math.max(0, payload.length - ID_LENGTH)) };
  }
  const { checksum: _former, ...rest } = { checksum: undefined, ...transport };
  return { ...rest, payload: new Uint8Array(length) } as Transport;
}
