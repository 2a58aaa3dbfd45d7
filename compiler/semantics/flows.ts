/** Flows: conversations that are tracked, and how their packets are told from others'. */
import { ICMP, ICMPV6 } from './packet/packet.ts';
import type { TcpTracking } from './kernel/tcp.ts';
import type { State } from './state.ts';

export type Direction = 'original' | 'reply';

/** When a flow is forgotten, in milliseconds: two times where the clock decides between two timeouts. */
export interface Expiry {
  readonly earliest: number;
  readonly latest: number;
}

/**
 * What identifies a flow's packets in one direction. For protocols with ports the parts are the ports; for ICMP queries
 * the source part is the identifier and the destination part type × 256 + code; for all else they are 0.
 */
export interface Tuple {
  readonly family: 4 | 6;
  readonly protocol: number;
  readonly source: bigint;
  readonly destination: bigint;
  readonly sourcePart: number;
  readonly destinationPart: number;
}

export interface Flow {
  readonly id: number;
  /** As its first packet came. */
  readonly original: Tuple;
  /** As its replies come: the original turned round, with what translation made of it. */
  readonly reply: Tuple;
  readonly sourceTranslated: boolean;
  readonly destinationTranslated: boolean;
  /** A destination translation with `hairpin` settled where it goes. */
  readonly hairpin: boolean;
  readonly replySeen: boolean;
  /** Began in its middle, which only `pickup` allows. */
  readonly pickedUp: boolean;
  /** Answered by `synproxy` before it reached its end. */
  readonly proxied: boolean;
  /** The bits of the mark that rules set for the flow, and their values. */
  readonly mark: { readonly value: number; readonly mask: number };
  readonly tcp: TcpTracking | undefined;
  /** When its first packet came, in milliseconds. */
  readonly since: number;
  readonly expires: Expiry;
}

export interface TupleOwner {
  readonly flow: number;
  readonly direction: Direction;
}

function tupleKey(tuple: Tuple): string {
  return `${tuple.family} ${tuple.protocol} ${tuple.source} ${tuple.sourcePart} ${tuple.destination} ${tuple.destinationPart}`;
}

/** The key of the end that opens a flow. */
export function sourceKey(tuple: Tuple): string {
  return `${tuple.family} ${tuple.protocol} ${tuple.source} ${tuple.sourcePart}`;
}

/** ICMP types of queries and their replies (RFC 792, RFC 950; RFC 4443, RFC 4620). */
const ICMP4_PAIRS = [8, 0, 13, 14, 15, 16, 17, 18];
const ICMP6_PAIRS = [128, 129, 139, 140];

function counterpart(pairs: readonly number[], type: number): number | undefined {
  const place = pairs.indexOf(type);
  return place < 0 ? undefined : pairs[place ^ 1];
}

/** The tuple of packets in the other direction; undefined where there are none, as for ICMP errors. */
export function inverted(tuple: Tuple): Tuple | undefined {
  const turned = { ...tuple, source: tuple.destination, destination: tuple.source };
  if (tuple.protocol !== ICMP && tuple.protocol !== ICMPV6) {
    return { ...turned, sourcePart: tuple.destinationPart, destinationPart: tuple.sourcePart };
  }
  const pairs = tuple.protocol === ICMP ? ICMP4_PAIRS : ICMP6_PAIRS;
  const type = counterpart(pairs, tuple.destinationPart >> 8);
  return type === undefined ? undefined : { ...turned, destinationPart: type * 256 + (tuple.destinationPart & 0xff) };
}

export interface FoundFlow {
  readonly flow: Flow;
  readonly direction: Direction;
}

/** The flow that a tuple belongs to, however long ago its last packet was. */
export function flowWithTuple(state: State, tuple: Tuple): FoundFlow | undefined {
  const owner = state.tuples.get(tupleKey(tuple));
  const flow = owner === undefined ? undefined : state.flows.get(owner.flow);
  return owner === undefined || flow === undefined ? undefined : { flow, direction: owner.direction };
}

/** Puts a flow in, or in place of itself with other tracking. */
export function withFlow(state: State, flow: Flow): State {
  if (state.flows.has(flow.id)) return { ...state, flows: state.flows.set(flow.id, flow) };
  const source = sourceKey(flow.original);
  return {
    ...state,
    flows: state.flows.set(flow.id, flow),
    tuples: state.tuples
      .set(tupleKey(flow.original), { flow: flow.id, direction: 'original' })
      .set(tupleKey(flow.reply), { flow: flow.id, direction: 'reply' }),
    flowsBySource: state.flowsBySource.set(source, [flow.id, ...(state.flowsBySource.get(source) ?? [])]),
  };
}

export function withoutFlow(state: State, flow: Flow): State {
  const source = sourceKey(flow.original);
  const others = (state.flowsBySource.get(source) ?? []).filter((id) => id !== flow.id);
  let tuples = state.tuples;
  for (const tuple of [flow.original, flow.reply]) {
    if (tuples.get(tupleKey(tuple))?.flow === flow.id) tuples = tuples.delete(tupleKey(tuple));
  }
  return {
    ...state,
    flows: state.flows.delete(flow.id),
    tuples,
    flowsBySource: others.length > 0 ? state.flowsBySource.set(source, others) : state.flowsBySource.delete(source),
  };
}

/** Without the flows, forgotten by now, whose tuples another one takes. */
export function withoutRivals(state: State, flow: Flow): State {
  let cleared = state;
  for (const tuple of [flow.original, flow.reply]) {
    const rival = flowWithTuple(cleared, tuple)?.flow;
    if (rival !== undefined && rival.id !== flow.id) cleared = withoutFlow(cleared, rival);
  }
  return cleared;
}

/** The flow's tuple for packets in a direction. */
export function tupleOf(flow: Flow, direction: Direction): Tuple {
  return direction === 'original' ? flow.original : flow.reply;
}

export function opposite(direction: Direction): Direction {
  return direction === 'original' ? 'reply' : 'original';
}
