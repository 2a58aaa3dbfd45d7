/** Rewriting a packet as its flow was translated (nf_nat_packet, nf_nat_icmp_reply_translation of Linux 6.18). */
import { inverted, opposite, tupleOf, type Direction, type Flow, type Tuple } from '../flows.ts';
import type { Journey } from '../journey.ts';
import { behindAuthentication, decodePacket } from '../packet/decode.ts';
import { embeddedPacket, translateEmbedded } from '../packet/embedded.ts';
import { GRE, ICMP, ICMPV6, SCTP, TCP, UDP, UDP_LITE, isIcmp, type Packet } from '../packet/packet.ts';
import { translate } from '../packet/rewrite.ts';
import type { Side } from './unique-tuple.ts';

const WITH_PORTS = [TCP, UDP, UDP_LITE, SCTP];
const ECHO_REQUEST_6 = 128;
const ECHO_REPLY_6 = 129;
const REDIRECTS = { 4: 5, 6: 137 } as const;

/** What the flow's translation does to one side of the packet at hand; `gone` for what cannot be translated. */
export function manipulate(journey: Journey, side: Side): 'on' | 'gone' {
  const { tracking } = journey;
  const packet = behindAuthentication(journey.packet);
  if (tracking.kind !== 'flow' && tracking.kind !== 'related') return 'on';
  const { flow, direction } = tracking;
  if (tracking.kind === 'related' && isRedirect(packet) && (flow.sourceTranslated || flow.destinationTranslated)) {
    return 'gone';
  }
  if (!isTranslated(flow, direction, side)) return 'on';
  const before = tupleOf(flow, opposite(direction));
  if (!isChangeable(packet, before, side)) return 'gone';
  const changed =
    tracking.kind === 'related' && isIcmp(packet)
      ? translateError(packet, before, side)
      : translateSide(packet, inverted(before), side);
  journey.packet = decodePacket(changed.bytes, packet.family);
  return 'on';
}

/** A reply's destination goes back to where the source was translated from, and its source the other way round. */
function isTranslated(flow: Flow, direction: Direction, side: Side): boolean {
  const ofSource = (side === 'source') === (direction === 'original');
  return ofSource ? flow.sourceTranslated : flow.destinationTranslated;
}

function isRedirect(packet: Packet): boolean {
  return packet.icmp?.type === REDIRECTS[packet.family];
}

const GRE_VERSION = 0x07;
/** The least of a transport header that the kernel wants to write to. */
const LEAST_HEADER = 8;

/** Whether the headers, of a carried packet too, are whole enough to be changed; of GRE, only known versions are. */
function isChangeable(packet: Packet, tuple: Tuple, side: Side): boolean {
  const carried = isIcmp(packet) && !isIcmpTuple(tuple) ? embeddedPacket(packet) : undefined;
  const changed = carried ?? packet;
  if (changed.transportAt === undefined || ![...WITH_PORTS, GRE].includes(tuple.protocol)) return true;
  if (changed.bytes.length < changed.transportAt + LEAST_HEADER) return false;
  // A carried packet is changed at its other side.
  const changesDestination = (side === 'destination') === (carried === undefined);
  const version = (changed.bytes[changed.transportAt + 1] ?? 0) & GRE_VERSION;
  return tuple.protocol !== GRE || !changesDestination || version <= 1;
}

function isIcmpTuple(tuple: Tuple): boolean {
  return tuple.protocol === ICMP || tuple.protocol === ICMPV6;
}

function translateSide(packet: Packet, outgoing: Tuple | undefined, side: Side): Packet {
  if (outgoing === undefined) return packet;
  const { source, destination, sourcePart, destinationPart } = outgoing;
  const address = side === 'source' ? { source } : { destination };
  if (isIcmpTuple(outgoing)) return translate(packet, { ...address, ...identifierOf(outgoing) });
  // The kernel knows the ports of these only; of DCCP it has known none since 6.17.
  if (!WITH_PORTS.includes(outgoing.protocol)) return translate(packet, address);
  return translate(packet, {
    ...address,
    ...(side === 'source' ? { sourcePort: sourcePart } : { destinationPort: destinationPart }),
  });
}

/** Echo and the old queries of IPv4 carry it; node information queries (RFC 4620) keep theirs. */
function identifierOf(tuple: Tuple): { readonly identifier?: number } {
  if (!isIcmpTuple(tuple)) return {};
  const type = tuple.destinationPart >> 8;
  const isEcho = tuple.protocol === ICMP || type === ECHO_REQUEST_6 || type === ECHO_REPLY_6;
  return isEcho ? { identifier: tuple.sourcePart } : {};
}

/**
 * An error's own end and the carried packet's other end change together: the carried packet becomes what its sender
 * sent. `carried` is its tuple before translation.
 */
function translateError(error: Packet, carried: Tuple, side: Side): Packet {
  const ports = WITH_PORTS.includes(carried.protocol);
  if (side === 'destination') {
    const port = ports ? { sourcePort: carried.sourcePart } : {};
    const inner = translateEmbedded(error, { source: carried.source, ...port, ...identifierOf(carried) });
    return translate(inner, { destination: carried.source });
  }
  const port = ports ? { destinationPort: carried.destinationPart } : {};
  const inner = translateEmbedded(error, { destination: carried.destination, ...port, ...identifierOf(carried) });
  return translate(inner, { source: carried.destination });
}
