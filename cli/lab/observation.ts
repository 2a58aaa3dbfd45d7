/** What became of a packet, told from what the agent saw. */
import type { DecodedPacket, TcpFlag } from './packet.ts';
import { concatenate, decodePacket, formatFrame, formatPacket, identityOf, isError, packetOfFrame } from './packet.ts';

/** As an `InjectedFrame`'s interface: the router sends the packet itself. */
export const ROUTER = '(router)';

export interface InjectedFrame {
  /** 0 to 4294967295, of one packet only within a `send`. */
  id: number;
  /** The router's interface at which it arrives, or `ROUTER`. */
  interface: string;
  /** An Ethernet frame; with `ROUTER` an IP packet. */
  bytes: Uint8Array;
}

interface Seen {
  id: number;
  /** skb->mark at that point. */
  mark: number;
}

interface Left extends Seen {
  interface: string;
  /** The Ethernet frame as it left. */
  bytes: Uint8Array;
  /** skb->priority, by which a queueing discipline can pick a class. */
  priority: number;
}

/** The packet itself, perhaps translated, in one or more frames (fragments, duplicates). */
export interface Forwarded extends Left {
  kind: 'forwarded';
}

/** Reached the end of the input hook. `bytes` is an IP packet; `socket` the index of the socket tproxy picked. */
export interface Delivered extends Seen {
  kind: 'delivered';
  bytes: Uint8Array;
  socket?: number;
}

/** The router sent an error for it: `tcp-reset`, `icmp 3/13`, `icmpv6 1/1` (type/code). */
export interface Rejected extends Left {
  kind: 'rejected';
  with: string;
}

/** The router made another packet because of it: synproxy's SYN+ACK to a client, its SYN to a server. */
export interface Answered extends Left {
  kind: 'answered';
}

export type Observation = Forwarded | Delivered | Rejected | Answered;

/** A sighting that no frame of this `send` explains. */
export type Stray = Omit<Forwarded, 'id' | 'kind'> | Omit<Delivered, 'id' | 'kind'>;

const sightingHeader = 32;
const nothing = 0xffff_ffff;
const delivered = 2;

/** One `struct sighting` of agent/agent.h. */
export interface Sighting {
  cause: number;
  delivered: boolean;
  interface: number;
  mark: number;
  priority: number;
  socket: number;
  bytes: Uint8Array;
}

export function* readSightings(answer: Buffer): Generator<Sighting> {
  for (let at = 0; at < answer.length;) {
    const word = (index: number) => answer.readUInt32LE(at + 4 * index);
    const end = at + sightingHeader + word(7);
    const bytes = new Uint8Array(answer.buffer, answer.byteOffset + at + sightingHeader, word(7));
    yield {
      delivered: word(0) === delivered,
      cause: word(1),
      interface: word(2),
      mark: word(3),
      priority: word(4),
      socket: word(5),
      bytes: word(6) === 0 ? bytes : withTag(bytes, word(6) & 0xffff),
    };
    at = end;
  }
}

/** The VLAN tag that the kernel keeps beside a frame, put back. */
function withTag(frame: Uint8Array, tag: number): Uint8Array {
  return concatenate(frame.subarray(0, 12), Uint8Array.of(0x81, 0x00, tag >> 8, tag & 0xff), frame.subarray(12));
}

/**
 * Which frame a sighting belongs to. The agent follows every frame to its end before it sends the next, so that is the
 * frame sent last: also for fragments, resets and whatever else has no mark of its own. The exception is a packet that
 * was held back (by a queueing discipline, say): it ends in the 8 bytes of an id (packet/identity.ts), itself or in the
 * packet that it quotes, and they are not the last bytes of the frame sent last, nor is that the fragment that completed
 * it. It belongs to the frame of that id, or, if this `send` has none, to nothing: undefined.
 */
export function causeOf(
  sighting: Sighting,
  batch: readonly InjectedFrame[],
  frames: ReadonlyMap<number, InjectedFrame>,
): InjectedFrame | undefined {
  const last = sighting.cause === nothing ? undefined : batch[sighting.cause];
  const id = identityOf(packetIn(sighting));
  if (id === undefined) return last;
  if (last !== undefined && (identityOf(packetSent(last)) === id || isFragment(packetSent(last)))) return last;
  return frames.get(id);
}

function isFragment(packet: Uint8Array): boolean {
  const network = decodePacket(packet)?.network;
  if (network?.version === 6) return network.extensions?.some(({ kind }) => kind === 'fragment') ?? false;
  return network?.moreFragments === true || (network?.fragmentOffset ?? 0) > 0;
}

function packetSent(frame: InjectedFrame): Uint8Array {
  return frame.interface === ROUTER ? frame.bytes : packetOfFrame(frame.bytes);
}

function packetIn(sighting: Sighting): Uint8Array {
  return sighting.delivered ? sighting.bytes : packetOfFrame(sighting.bytes);
}

/** `interfaces` by the agent's numbers. */
export function classify(sighting: Sighting, cause: InjectedFrame, interfaces: readonly string[]): Observation {
  const { mark, priority, bytes } = sighting;
  if (sighting.delivered) {
    const socket = sighting.socket === nothing ? {} : { socket: sighting.socket };
    return { id: cause.id, kind: 'delivered', bytes, mark, ...socket };
  }
  const left = { id: cause.id, interface: interfaces[sighting.interface] ?? '', bytes, mark, priority };
  const sent = decodePacket(packetSent(cause));
  const seen = decodePacket(packetOfFrame(bytes));
  const error = sent && seen && errorBetween(sent, seen);
  if (error !== undefined) return { ...left, kind: 'rejected', with: error };
  return { ...left, kind: sent && seen && isAnswer(sent, seen) ? 'answered' : 'forwarded' };
}

/** No router answers an error with an error, so an error that follows another packet was made by the router. */
function errorBetween(sent: DecodedPacket, seen: DecodedPacket): string | undefined {
  if (isErrorPacket(sent)) return undefined;
  const { transport } = seen;
  if (transport.protocol === 'tcp' && transport.flags.includes('rst')) return 'tcp-reset';
  if (transport.protocol !== 'icmp' && transport.protocol !== 'icmpv6') return undefined;
  return isErrorPacket(seen) ? `${transport.protocol} ${transport.type}/${transport.code ?? 0}` : undefined;
}

function isErrorPacket({ transport }: DecodedPacket): boolean {
  if (transport.protocol === 'tcp') return transport.flags.includes('rst');
  return (
    (transport.protocol === 'icmp' || transport.protocol === 'icmpv6') && isError(transport.protocol, transport.type)
  );
}

/** Forwarding never changes what kind of segment it is. */
function isAnswer(sent: DecodedPacket, seen: DecodedPacket): boolean {
  if (sent.transport.protocol !== 'tcp' || seen.transport.protocol !== 'tcp') return false;
  const kinds: readonly TcpFlag[] = ['syn', 'ack', 'rst', 'fin'];
  const [before, after] = [sent.transport.flags, seen.transport.flags];
  return kinds.some((flag) => before.includes(flag) !== after.includes(flag));
}

/** One line for the report of a failing case. */
export function formatObservation(seen: Observation): string {
  if (seen.kind === 'delivered') return `${seen.id} delivered ${formatPacket(seen.bytes)}`;
  const how = seen.kind === 'rejected' ? `rejected ${seen.with}` : seen.kind;
  return `${seen.id} ${how} ${seen.interface} ${formatFrame(seen.bytes)}`;
}

/** Group membership reports and neighbour discovery that the router's own interfaces send when they like. */
export function isKernelChatter(sighting: Sighting): boolean {
  const packet = decodePacket(packetIn(sighting));
  if (packet === undefined) return !sighting.delivered;
  const { destination } = packet.network;
  if (packet.network.version === 4) return packet.protocolNumber === 2 && destination === '224.0.0.22';
  const { transport } = packet;
  const types = [131, 132, 133, 135, 143];
  return destination.startsWith('ff02::') && transport.protocol === 'icmpv6' && types.includes(transport.type);
}
