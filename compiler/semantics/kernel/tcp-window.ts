/**
 * Whether a segment's sequence numbers fit what was seen of the connection (G. van Rooij, "Real Stateful TCP Packet
 * Filtering in IP Filter", as nf_conntrack_proto_tcp.c applies it). All arithmetic on sequence numbers is modulo 2^32.
 */
import { TCP_FLAGS } from '../../model/fields.ts';
import { byteAt, uint32At } from '../packet/bytes.ts';
import type { Packet, TcpHeader } from '../packet/packet.ts';
import {
  SELECTIVE_ACKNOWLEDGEMENT,
  SELECTIVE_PERMITTED,
  WINDOW_SCALE,
  tcpOptions,
  type TcpOption,
} from '../packet/tcp-options.ts';
import type { Direction } from '../flows.ts';
import type { TcpState } from './tcp-states.ts';

/** What was seen of one end. */
export interface TcpEnd {
  /** Behind the last byte it sent. */
  readonly end: number;
  /** Up to where it may send: what the other end acknowledged, and its window. */
  readonly maximumEnd: number;
  /** The greatest window it announced, scaled; 0 before it sent anything. */
  readonly maximumWindow: number;
  readonly maximumAcknowledgement: number | undefined;
  readonly scale: number;
  readonly scales: boolean;
  readonly selective: boolean;
  /** It sent something that the other end did not acknowledge yet. */
  readonly unacknowledged: boolean;
  /** It began to close the connection. */
  readonly closed: boolean;
  /** Nothing of it is ever called out of window: its options were never seen. */
  readonly liberal: boolean;
}

export const UNSEEN_END: TcpEnd = {
  end: 0,
  maximumEnd: 0,
  maximumWindow: 0,
  maximumAcknowledgement: undefined,
  scale: 0,
  scales: false,
  selective: false,
  unacknowledged: false,
  closed: false,
  liberal: false,
};

export interface Segment {
  readonly sequence: number;
  readonly acknowledgement: number;
  /** Behind its last byte; SYN and FIN count for one each. */
  readonly end: number;
  readonly window: number;
  readonly flags: number;
  /** The right edge of the last block acknowledged selectively, or the acknowledgement. */
  readonly selectiveAcknowledgement: number;
  readonly options: TcpOptions;
}

interface TcpOptions {
  readonly present: boolean;
  readonly scale: number | undefined;
  readonly selective: boolean;
}

const ACKNOWLEDGEMENT_WINDOW = 66000;
const MAXIMUM_SCALE = 14;

function after(a: number, b: number): boolean {
  return ((b - a) | 0) < 0;
}

export function before(a: number, b: number): boolean {
  return after(b, a);
}

function plus(a: number, b: number): number {
  return (a + b) >>> 0;
}

export function segmentOf(packet: Packet, tcp: TcpHeader): Segment {
  const flags = packet.tcpFlags ?? 0;
  const data = packet.bytes.length - (packet.transportAt ?? 0) - tcp.headerLength;
  const counted = data + (flags & TCP_FLAGS.syn ? 1 : 0) + (flags & TCP_FLAGS.fin ? 1 : 0);
  return {
    sequence: tcp.sequence,
    acknowledgement: tcp.acknowledgement,
    end: plus(tcp.sequence, counted),
    window: tcp.window,
    flags,
    ...optionsOf(packet, tcp),
  };
}

function optionsOf(packet: Packet, tcp: TcpHeader): Pick<Segment, 'options' | 'selectiveAcknowledgement'> {
  let scale: number | undefined;
  let selective = false;
  let edge = tcp.acknowledgement;
  for (const option of tcpOptions(packet)) {
    const { kind, at, length } = option;
    if (kind === WINDOW_SCALE && length === 3) scale = Math.min(byteAt(packet.bytes, at + 2) ?? 0, MAXIMUM_SCALE);
    if (kind === SELECTIVE_PERMITTED && length === 2) selective = true;
    if (kind === SELECTIVE_ACKNOWLEDGEMENT) edge = latestEdge(packet, option, edge);
  }
  return { options: { present: tcp.headerLength > 20, scale, selective }, selectiveAcknowledgement: edge };
}

/** The right edge of the last of the blocks (RFC 2018, section 3), where that is behind `edge`. */
function latestEdge(packet: Packet, { at, length }: TcpOption, edge: number): number {
  if (length < 10 || (length - 2) % 8 !== 0) return edge;
  let latest = edge;
  for (let block = at + 2; block < at + length; block += 8) {
    const right = uint32At(packet.bytes, block + 4) ?? 0;
    if (after(right, latest)) latest = right;
  }
  return latest;
}

/** An end that has just introduced itself with a SYN or a SYN+ACK. */
export function introduced(known: TcpEnd, segment: Segment): TcpEnd {
  return withOptions(
    { ...known, end: segment.end, maximumEnd: segment.end, maximumWindow: Math.max(segment.window, 1) },
    segment.options,
  );
}

function withOptions(end: TcpEnd, options: TcpOptions): TcpEnd {
  if (!options.present) return end;
  return {
    ...end,
    scale: options.scale ?? 0,
    scales: options.scale !== undefined,
    selective: options.selective,
    unacknowledged: false,
    closed: false,
    maximumAcknowledgement: undefined,
  };
}

/** An end whose beginning was missed: taken from a segment in the middle. */
export function pickedUp(segment: Segment, sawOptions: boolean): TcpEnd {
  const window = Math.max(segment.window, 1);
  return {
    ...UNSEEN_END,
    end: segment.end,
    maximumEnd: plus(segment.end, window),
    maximumWindow: window,
    selective: !sawOptions,
    liberal: !sawOptions,
  };
}

export interface WindowAnswer {
  /** `tolerated`: outside, of a liberal end. `ignored`: it passes with its flow, which it does not change. */
  readonly answer: 'inside' | 'tolerated' | 'ignored' | 'outside';
  readonly ends: Readonly<Record<Direction, TcpEnd>>;
}

/** Holds a segment from `direction` against what was seen, and notes what it tells. */
export function checkWindow(
  ends: Readonly<Record<Direction, TcpEnd>>,
  state: TcpState,
  direction: Direction,
  segment: Segment,
): WindowAnswer {
  const other: Direction = direction === 'original' ? 'reply' : 'original';
  const started = startSender(ends[direction], ends[other], state, direction, segment);
  const together = (sender: TcpEnd, receiver: TcpEnd): Record<Direction, TcpEnd> =>
    direction === 'original' ? { original: sender, reply: receiver } : { original: receiver, reply: sender };
  if (started.simultaneousOpen) return { answer: 'inside', ends: together(started.sender, started.receiver) };
  const numbers = comparable(segment, started.sender, started.receiver, state);
  const answer = compare(numbers, started.sender, started.receiver);
  if (answer === 'inside') {
    return { answer, ends: together(...advanced(numbers, segment, started.sender, started.receiver)) };
  }
  const sender = answer === 'overshot' ? { ...started.sender, end: numbers.end, unacknowledged: true } : started.sender;
  return { answer: verdictOn(answer, sender), ends: together(sender, started.receiver) };
}

function verdictOn(answer: 'overshot' | 'ignored' | 'outside', sender: TcpEnd): WindowAnswer['answer'] {
  if (sender.liberal) return 'tolerated';
  return answer === 'outside' ? 'outside' : 'ignored';
}

interface Started {
  readonly sender: TcpEnd;
  readonly receiver: TcpEnd;
  readonly simultaneousOpen: boolean;
}

function startSender(
  sender: TcpEnd,
  receiver: TcpEnd,
  state: TcpState,
  direction: Direction,
  segment: Segment,
): Started {
  const syn = (segment.flags & TCP_FLAGS.syn) !== 0;
  const acknowledges = (segment.flags & TCP_FLAGS.ack) !== 0;
  const unseen = sender.maximumWindow === 0;
  const again = syn && after(segment.end, sender.end) && (state === 'syn sent' || state === 'syn received');
  if (syn && (unseen || again)) {
    const [first, second] = settleScaling(introduced(sender, segment), receiver, direction);
    return {
      sender: first,
      receiver: second,
      simultaneousOpen: !acknowledges && (unseen || direction === 'reply'),
    };
  }
  if (!unseen) return { sender, receiver, simultaneousOpen: false };
  const window = Math.max(segment.window * 2 ** sender.scale, 1);
  const edge = segment.selectiveAcknowledgement;
  const begun = { ...sender, end: segment.end, maximumWindow: window, maximumEnd: plus(segment.end, window) };
  if (receiver.maximumWindow === 0) {
    return { sender: begun, receiver: { ...receiver, end: edge, maximumEnd: edge }, simultaneousOpen: false };
  }
  // An answer to a keep-alive acknowledges one byte more than was sent.
  const kept = edge === plus(receiver.end, 1) ? { ...receiver, end: edge } : receiver;
  return { sender: begun, receiver: kept, simultaneousOpen: false };
}

/** Windows are scaled only if both ends offered it (RFC 7323, section 2.2). */
function settleScaling(sender: TcpEnd, receiver: TcpEnd, direction: Direction): [TcpEnd, TcpEnd] {
  if (direction === 'reply' && !(sender.scales && receiver.scales)) {
    return [
      { ...sender, scale: 0 },
      { ...receiver, scale: 0 },
    ];
  }
  return [sender, receiver];
}

interface Numbers {
  readonly sequence: number;
  readonly end: number;
  readonly acknowledgement: number;
  readonly edge: number;
}

/** The segment's numbers, with substitutes where it carries none. */
function comparable(segment: Segment, sender: TcpEnd, receiver: TcpEnd, state: TcpState): Numbers {
  const reset = (segment.flags & TCP_FLAGS.rst) !== 0;
  const acknowledges = (segment.flags & TCP_FLAGS.ack) !== 0;
  const unspoken = !acknowledges || (reset && segment.acknowledgement === 0);
  // A reset that answers a SYN may have no sequence number of its own.
  const unnumbered = reset && segment.sequence === 0 && state === 'syn sent';
  return {
    sequence: unnumbered ? sender.end : segment.sequence,
    end: unnumbered ? sender.end : segment.end,
    acknowledgement: unspoken ? receiver.end : segment.acknowledgement,
    edge: unspoken ? receiver.end : receiver.selective ? segment.selectiveAcknowledgement : segment.acknowledgement,
  };
}

function compare(numbers: Numbers, sender: TcpEnd, receiver: TcpEnd): 'inside' | 'overshot' | 'ignored' | 'outside' {
  const oldest = plus(sender.end, -receiver.maximumWindow - 1);
  const oldestAcknowledgement = plus(receiver.end, -Math.max(sender.maximumWindow, ACKNOWLEDGEMENT_WINDOW) - 1);
  const acknowledgesSent = before(numbers.edge, plus(receiver.end, 1));
  const acknowledgesRecent = after(numbers.edge, oldestAcknowledgement);
  const reachesWindow = after(numbers.end, oldest);
  if (!before(numbers.sequence, plus(sender.maximumEnd, 1))) {
    const overshot = plus(numbers.end, 1 - sender.maximumEnd);
    const tolerable = receiver.maximumWindow > 0 && reachesWindow && overshot <= receiver.maximumWindow;
    return tolerable && acknowledgesRecent && acknowledgesSent ? 'overshot' : 'outside';
  }
  if (!acknowledgesSent) return 'outside';
  if (receiver.maximumWindow > 0 && !reachesWindow) return 'ignored';
  return acknowledgesRecent ? 'inside' : 'ignored';
}

function advanced(numbers: Numbers, segment: Segment, sender: TcpEnd, receiver: TcpEnd): [TcpEnd, TcpEnd] {
  const scaled = segment.flags & TCP_FLAGS.syn ? segment.window : segment.window * 2 ** sender.scale;
  const window = plus(scaled, numbers.edge - numbers.acknowledgement);
  const highest = sender.maximumAcknowledgement;
  const acknowledges = (segment.flags & TCP_FLAGS.ack) !== 0;
  const goesFurther = after(numbers.end, sender.end);
  const newSender: TcpEnd = {
    ...sender,
    maximumWindow: Math.max(sender.maximumWindow, window),
    end: goesFurther ? numbers.end : sender.end,
    unacknowledged: sender.unacknowledged || goesFurther,
    maximumAcknowledgement:
      acknowledges && (highest === undefined || after(numbers.acknowledgement, highest))
        ? numbers.acknowledgement
        : highest,
  };
  const beyond = receiver.maximumWindow !== 0 && after(numbers.end, sender.maximumEnd);
  const reach = plus(numbers.edge, scaled);
  const extended = after(reach, plus(receiver.maximumEnd, -1));
  const newReceiver: TcpEnd = {
    ...receiver,
    unacknowledged: receiver.unacknowledged && numbers.acknowledgement !== receiver.end,
    maximumWindow: receiver.maximumWindow + (beyond ? plus(numbers.end, -sender.maximumEnd) : 0),
    maximumEnd: extended ? plus(reach, scaled === 0 ? 1 : 0) : receiver.maximumEnd,
  };
  return [newSender, newReceiver];
}
