/**
 * How the kernel makes a translation unambiguous (get_unique_tuple of nf_nat_core.c, Linux 6.18): no two flows may have
 * the same reply. What it leaves to chance is asked of `Choices`.
 */
import { inverted, sourceKey, type Flow, type Tuple } from '../flows.ts';
import type { Journey } from '../journey.ts';
import { ICMP, ICMPV6, SCTP, TCP, UDP, UDP_LITE } from '../packet/packet.ts';
import type { Observation } from '../observation.ts';
import { decodePacket } from '../packet/decode.ts';
import { findFlow, flowNumbered } from './expiry.ts';

/** Addresses from low to high, and ports (or ICMP identifiers) where the rule names some. */
export interface Range {
  readonly low: bigint;
  readonly high: bigint;
  readonly ports: { readonly low: number; readonly high: number } | undefined;
  /** Ports are drawn from the range, even if the packet's own would do. */
  readonly random: boolean;
}

export type Side = 'source' | 'destination';

/** How many addresses of a range are walked one by one; of larger ranges, only what is observed and the first. */
const WALKED_ADDRESSES = 64;

/** Protocols whose tuples have ports. */
const WITH_PARTS = new Set([TCP, UDP, UDP_LITE, SCTP]);

/** What goes out where `tuple` comes in: its source or destination in the range, and its reply no other flow's. */
export function translatedTuple(journey: Journey, flow: Flow, tuple: Tuple, range: Range, side: Side): Tuple {
  if (side === 'source' && !range.random) {
    if (isInRange(tuple, range)) {
      if (!isTaken(journey, flow, tuple)) return tuple;
    } else {
      const earlier = earlierTranslation(journey, tuple, range);
      if (earlier !== undefined && !isTaken(journey, flow, earlier)) return earlier;
    }
  }
  const addressed = { ...tuple, [side]: chosenAddress(journey, range, side, tuple) };
  return chosenPart(journey, flow, addressed, range, side);
}

function part(tuple: Tuple, side: Side): number {
  // An ICMP query's identifier stands for its source, whichever side is translated.
  return side === 'source' || isIcmpProtocol(tuple) ? tuple.sourcePart : tuple.destinationPart;
}

function withPart(tuple: Tuple, side: Side, value: number): Tuple {
  return side === 'source' || isIcmpProtocol(tuple)
    ? { ...tuple, sourcePart: value }
    : { ...tuple, destinationPart: value };
}

function isIcmpProtocol(tuple: Tuple): boolean {
  return tuple.protocol === ICMP || tuple.protocol === ICMPV6;
}

function isInRange(tuple: Tuple, range: Range): boolean {
  if (tuple.source < range.low || tuple.source > range.high) return false;
  return range.ports === undefined || isPartIn(tuple, range.ports, 'source');
}

function isPartIn(tuple: Tuple, ports: { readonly low: number; readonly high: number }, side: Side): boolean {
  if (!WITH_PARTS.has(tuple.protocol) && !isIcmpProtocol(tuple)) return true;
  const value = part(tuple, side);
  return ports.low <= value && value <= ports.high;
}

/** Whether another flow's packets already look as this one's replies would. */
export function isTaken(journey: Journey, flow: Flow, outgoing: Tuple): boolean {
  const reply = inverted(outgoing);
  const found = reply === undefined ? undefined : findFlow(journey, reply);
  return found !== undefined && found.flow.id !== flow.id;
}

/** What the same end's source became in another flow, with this flow's destination. */
function earlierTranslation(journey: Journey, tuple: Tuple, range: Range): Tuple | undefined {
  for (const id of journey.state.flowsBySource.get(sourceKey(tuple)) ?? []) {
    const other = flowNumbered(journey, id);
    const outgoing = other === undefined ? undefined : inverted(other.reply);
    if (outgoing === undefined) continue;
    const result = { ...tuple, source: outgoing.source, sourcePart: outgoing.sourcePart };
    if (isInRange(result, range)) return isWritten(tuple) ? shown(journey, result) : result;
  }
  return undefined;
}

const ECHO_REQUEST_6 = 128;
const IDENTIFIERS = 0x10000;

/** An identifier that is chosen for a node information query (RFC 4620) is not written into its packets. */
function isWritten({ protocol, destinationPart }: Tuple): boolean {
  return protocol !== ICMPV6 || destinationPart >> 8 === ECHO_REQUEST_6;
}

/** In place of one that was not: no packet carries it, but by chance. */
function unwritten({ id }: Flow): number {
  return IDENTIFIERS + id;
}

/** What a packet shows of an identifier that was chosen before and not written then; any other stays as it is. */
function shown(journey: Journey, tuple: Tuple): Tuple {
  if (tuple.sourcePart < IDENTIFIERS) return tuple;
  const value = journey.choices.pick({
    allows: (candidate) => candidate >= 0n && candidate < BigInt(IDENTIFIERS),
    examples: [0n],
    observedIn: (observation) => {
      const seen = observedEnd(observation, tuple, 'source')?.part;
      return seen === undefined ? undefined : BigInt(seen);
    },
  });
  return { ...tuple, sourcePart: Number(value) };
}

function chosenAddress(journey: Journey, range: Range, side: Side, tuple: Tuple): bigint {
  if (range.low === range.high) return range.low;
  const count = range.high - range.low + 1n;
  const walked = count <= BigInt(WALKED_ADDRESSES) ? Number(count) : 1;
  return journey.choices.pick({
    allows: (address) => range.low <= address && address <= range.high,
    examples: Array.from({ length: walked }, (_, index) => range.low + BigInt(index)),
    observedIn: (observation) => observedEnd(observation, tuple, side)?.address,
  });
}

function chosenPart(journey: Journey, flow: Flow, tuple: Tuple, range: Range, side: Side): Tuple {
  const { ports, random } = range;
  if (!random) {
    if (ports === undefined) {
      if (!isTaken(journey, flow, tuple)) return tuple;
    } else if (isPartIn(tuple, ports, side) && (ports.low === ports.high || !isTaken(journey, flow, tuple))) {
      return tuple;
    }
  }
  const domain = partDomain(tuple, ports, side);
  if (domain === undefined) return tuple;
  const isFree = (value: number): boolean => !isTaken(journey, flow, withPart(tuple, side, value));
  // Destination ports are tried in order from the lowest on.
  const first = firstFree(domain, isFree);
  if (first === undefined) return withPart(tuple, side, domain.high);
  if (!isWritten(tuple)) return withPart(tuple, side, domain.low === domain.high ? first : unwritten(flow));
  if (domain.low === domain.high || (side === 'destination' && !random)) return withPart(tuple, side, first);
  const value = journey.choices.pick({
    allows: (candidate) => candidate >= domain.low && candidate <= domain.high && isFree(Number(candidate)),
    examples: [BigInt(first)],
    observedIn: (observation) => {
      const seen = observedEnd(observation, tuple, side)?.part;
      return seen === undefined ? undefined : BigInt(seen);
    },
  });
  return withPart(tuple, side, Number(value));
}

/** The ports to choose from; undefined where the protocol has none to change. */
function partDomain(
  tuple: Tuple,
  ports: { readonly low: number; readonly high: number } | undefined,
  side: Side,
): { readonly low: number; readonly high: number } | undefined {
  if (isIcmpProtocol(tuple)) return ports ?? { low: 0, high: 65535 };
  if (!WITH_PARTS.has(tuple.protocol)) return undefined;
  if (ports !== undefined) return ports;
  if (side === 'destination') return undefined;
  // Ports keep their class: below 512, below 1024, or above.
  if (tuple.sourcePart < 512) return { low: 1, high: 511 };
  return tuple.sourcePart < 1024 ? { low: 600, high: 1023 } : { low: 1024, high: 65535 };
}

function firstFree(
  domain: { readonly low: number; readonly high: number },
  isFree: (value: number) => boolean,
): number | undefined {
  for (let value = domain.low; value <= domain.high; value++) if (isFree(value)) return value;
  return undefined;
}

/** An end of the packet that was seen to come of it, if one of its protocol was. */
function observedEnd(
  observation: Observation,
  tuple: Tuple,
  side: Side,
): { readonly address: bigint; readonly part: number | undefined } | undefined {
  for (const { bytes } of [...observation.leaving, ...observation.delivered]) {
    const packet = decodePacket(bytes);
    const address = packet[side];
    if (packet.protocol !== tuple.protocol || packet.family !== tuple.family || address === undefined) continue;
    const port = side === 'source' ? packet.sourcePort : packet.destinationPort;
    return { address, part: port ?? packet.icmp?.identifier };
  }
  return undefined;
}
