/** Rewriting a packet as its flow was translated (nf_nat_packet, nf_nat_icmp_reply_translation of Linux 6.18). */
import { inverted, opposite, tupleOf, type Direction, type Flow, type Tuple } from '../flows.ts';
import type { Journey } from '../journey.ts';
import { translateEmbedded } from '../packet/embedded.ts';
import { ICMP, ICMPV6, isIcmp, type Packet } from '../packet/packet.ts';
import { translate } from '../packet/rewrite.ts';
import type { Side } from './unique-tuple.ts';

const REDIRECTS = { 4: 5, 6: 137 } as const;

/** What the flow's translation does to one side of the packet at hand; `gone` for what cannot be translated. */
export function manipulate(journey: Journey, side: Side): 'on' | 'gone' {
  const { tracking, packet } = journey;
  if (tracking.kind !== 'flow' && tracking.kind !== 'related') return 'on';
  const { flow, direction } = tracking;
  if (tracking.kind === 'related' && isRedirect(packet) && (flow.sourceTranslated || flow.destinationTranslated))
    return 'gone';
  if (!isTranslated(flow, direction, side)) return 'on';
  const before = tupleOf(flow, opposite(direction));
  journey.packet =
    tracking.kind === 'related' && isIcmp(packet)
      ? translateError(packet, before, side)
      : translateSide(packet, inverted(before), side);
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

function isIcmpTuple(tuple: Tuple): boolean {
  return tuple.protocol === ICMP || tuple.protocol === ICMPV6;
}

function translateSide(packet: Packet, outgoing: Tuple | undefined, side: Side): Packet {
  if (outgoing === undefined) return packet;
  const { source, destination, sourcePart, destinationPart } = outgoing;
  const address = side === 'source' ? { source } : { destination };
  if (isIcmpTuple(outgoing)) return translate(packet, { ...address, identifier: sourcePart });
  return translate(packet, {
    ...address,
    ...(side === 'source' ? { sourcePort: sourcePart } : { destinationPort: destinationPart }),
  });
}

/**
 * An error's own end and the carried packet's other end change together: the carried packet becomes what its sender
 * sent. `carried` is its tuple before translation.
 */
function translateError(error: Packet, carried: Tuple, side: Side): Packet {
  if (side === 'destination') {
    const part = isIcmpTuple(carried) ? { identifier: carried.sourcePart } : { sourcePort: carried.sourcePart };
    const inner = translateEmbedded(error, { source: carried.source, ...part });
    return translate(inner, { destination: carried.source });
  }
  const part = isIcmpTuple(carried) ? { identifier: carried.sourcePart } : { destinationPort: carried.destinationPart };
  const inner = translateEmbedded(error, { destination: carried.destination, ...part });
  return translate(inner, { source: carried.destination });
}
