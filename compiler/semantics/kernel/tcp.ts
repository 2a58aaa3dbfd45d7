/** How connection tracking follows a TCP connection (facts of net/netfilter/nf_conntrack_proto_tcp.c, Linux 6.18). */
import type { Direction } from '../flows.ts';
import type { Packet, TcpHeader } from '../packet/packet.ts';
import { areValidFlags, isClosing, segmentKind, step, type SegmentKind, type TcpState } from './tcp-states.ts';
import {
  UNSEEN_END,
  before,
  checkWindow,
  introduced,
  pickedUp,
  segmentOf,
  type Segment,
  type TcpEnd,
} from './tcp-window.ts';

/** The last segment that was taken note of, also where it was ignored. */
interface LastSegment {
  readonly kind: SegmentKind;
  readonly direction: Direction;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly end: number;
  readonly window: number;
  readonly scale: number | undefined;
  readonly selective: boolean;
}

export interface TcpTracking {
  readonly state: TcpState;
  readonly ends: Readonly<Record<Direction, TcpEnd>>;
  readonly last: LastSegment | undefined;
  readonly bothOpened: boolean;
  /** An acknowledgement completed the handshake. */
  readonly assured: boolean;
  /** A SYN passed in `last ack`: the acknowledgement that may answer it (RFC 5961) is not the last one. */
  readonly challengeExpected: boolean;
  /** How often the last acknowledgement was sent again. */
  readonly retransmissions: number;
}

/** What a segment is to a connection: part of it (with the tracking that follows), invalid, or the start of a new one. */
export type TcpAnswer =
  | { readonly kind: 'valid'; readonly tracking: TcpTracking; readonly changed: boolean }
  /** `givenUp`: both ends seem to leave it, though not in step with what was seen. */
  | { readonly kind: 'invalid'; readonly tracking?: TcpTracking; readonly givenUp?: boolean }
  | { readonly kind: 'reopens' };

/** Whether the header can be followed at all. The checksum is judged elsewhere. */
function isTrackable(packet: Packet): packet is Packet & { tcp: TcpHeader; tcpFlags: number } {
  const { tcp, tcpFlags } = packet;
  if (tcp === undefined || tcpFlags === undefined || packet.transportAt === undefined) return false;
  return (
    tcp.headerLength >= 20 && packet.transportAt + tcp.headerLength <= packet.bytes.length && areValidFlags(tcpFlags)
  );
}

/** The tracking of a flow that a segment begins; undefined where none may begin so. */
export function startTcp(packet: Packet, pickup: boolean): TcpTracking | undefined {
  if (!isTrackable(packet)) return undefined;
  const segment = segmentOf(packet, packet.tcp);
  const kind = segmentKind(segment.flags);
  const first = step('none', 'original', kind);
  if (first !== 'syn sent' && !(first === 'established' && pickup)) return undefined;
  const begun: TcpTracking = {
    state: 'none',
    ends:
      first === 'syn sent'
        ? { original: introduced(UNSEEN_END, segment), reply: UNSEEN_END }
        : { original: pickedUp(segment, false), reply: { ...UNSEEN_END, selective: true, liberal: true } },
    last: undefined,
    bothOpened: false,
    assured: false,
    challengeExpected: false,
    retransmissions: 0,
  };
  const answer = followTcp(begun, 'original', packet, false);
  return answer.kind === 'valid' ? answer.tracking : undefined;
}

/** Follows one more segment. `replySeen`: packets went both ways before. */
export function followTcp(tracking: TcpTracking, direction: Direction, packet: Packet, replySeen: boolean): TcpAnswer {
  if (!isTrackable(packet)) return { kind: 'invalid' };
  const segment = segmentOf(packet, packet.tcp);
  const kind = segmentKind(segment.flags);
  const next = step(tracking.state, direction, kind);
  if (next === 'invalid') return { kind: 'invalid' };
  if (next === 'syn sent' && (tracking.state === 'time wait' || tracking.state === 'closed')) {
    return mayReopen(tracking, direction)
      ? { kind: 'reopens' }
      : passUnheeded(tracking, direction, kind, segment, replySeen);
  }
  if (next === 'ignored') return passUnheeded(tracking, direction, kind, segment, replySeen);
  if (next === 'time wait' && isChallenge(tracking, direction, kind)) {
    return { kind: 'valid', tracking: { ...tracking, challengeExpected: false }, changed: false };
  }
  if (kind === 'rst') return followReset(tracking, direction, segment, replySeen);
  const opened = tracking.bothOpened || next === 'both syn sent';
  const completed = next === 'syn received' && direction === 'reply' && kind === 'ack' && tracking.bothOpened;
  return heed(
    { ...tracking, bothOpened: opened },
    direction,
    kind,
    segment,
    completed ? 'established' : next,
    replySeen,
  );
}

/** A new SYN on a connection that was closed properly, or reset from the same side, opens another one. */
function mayReopen(tracking: TcpTracking, direction: Direction): boolean {
  if (tracking.ends.original.closed || tracking.ends.reply.closed) return true;
  return tracking.last?.direction === direction && tracking.last.kind === 'rst';
}

function isChallenge(tracking: TcpTracking, direction: Direction, kind: SegmentKind): boolean {
  return (
    tracking.state === 'last ack' &&
    kind === 'ack' &&
    tracking.challengeExpected &&
    tracking.last?.kind === 'syn' &&
    tracking.last.direction !== direction
  );
}

const NOTHING: Omit<LastSegment, 'kind' | 'direction'> = {
  sequence: 0,
  acknowledgement: 0,
  end: 0,
  window: 0,
  scale: undefined,
  selective: false,
};

/** Notes the kind of a segment that was taken as part of the connection. */
function noteKind({ last }: TcpTracking, kind: SegmentKind, direction: Direction): LastSegment {
  return { ...NOTHING, ...last, kind, direction };
}

/** Notes an acknowledgement in the window, and whether it is the last one once more. */
function noteAcknowledgement(
  tracking: TcpTracking,
  direction: Direction,
  { sequence, acknowledgement, end, window }: Segment,
): Pick<TcpTracking, 'last' | 'retransmissions'> {
  const { last } = tracking;
  const isRepeated =
    last !== undefined &&
    last.direction === direction &&
    last.sequence === sequence &&
    last.acknowledgement === acknowledgement &&
    last.end === end &&
    last.window === window;
  return {
    last: { ...noteKind(tracking, 'ack', direction), sequence, acknowledgement, end, window },
    retransmissions: isRepeated ? tracking.retransmissions + 1 : 0,
  };
}

function noteUnheeded(tracking: TcpTracking, kind: SegmentKind, direction: Direction, segment: Segment): LastSegment {
  const { sequence, end, window, options } = segment;
  const earlier = { ...noteKind(tracking, kind, direction), sequence, end, window };
  if (kind === 'syn' && direction === 'original') {
    return { ...earlier, scale: options.scale, selective: options.selective };
  }
  const answersSyn = tracking.state === 'syn sent' && kind === 'ack' && direction === 'reply';
  return answersSyn ? { ...earlier, acknowledgement: segment.acknowledgement } : earlier;
}

/** A segment that may or may not belong: it passes, is noted, and changes nothing, unless it confirms an earlier one. */
function passUnheeded(
  tracking: TcpTracking,
  direction: Direction,
  kind: SegmentKind,
  segment: Segment,
  replySeen: boolean,
): TcpAnswer {
  const last = tracking.last;
  const answersIgnoredSyn =
    kind === 'syn+ack' && last?.kind === 'syn' && last.direction !== direction && segment.acknowledgement === last.end;
  if (!answersIgnoredSyn) {
    // What such a SYN tells takes the place of all that was known of an earlier opening.
    const opens = kind === 'syn' && direction === 'original';
    const opening = opens ? { bothOpened: false, challengeExpected: tracking.state === 'last ack' } : {};
    const noted = noteUnheeded(tracking, kind, direction, segment);
    return { kind: 'valid', tracking: { ...tracking, ...opening, last: noted }, changed: false };
  }
  // Both ends are in step and only the tracking was not: it starts again from the SYN that it had ignored.
  const window = Math.max(last.window, 1);
  const opener: TcpEnd = {
    ...UNSEEN_END,
    end: last.end,
    maximumEnd: last.end,
    maximumWindow: window,
    scale: last.scale ?? 0,
    scales: last.scale !== undefined,
    selective: last.selective,
  };
  const answerer: TcpEnd = { ...UNSEEN_END, liberal: tracking.ends[direction].liberal };
  const ends = direction === 'reply' ? { original: opener, reply: answerer } : { original: answerer, reply: opener };
  const restarted: TcpTracking = { ...tracking, ends, challengeExpected: false };
  return heed(restarted, direction, kind, segment, 'syn received', replySeen);
}

function followReset(tracking: TcpTracking, direction: Direction, segment: Segment, replySeen: boolean): TcpAnswer {
  // Of a connection that ends, the numbers may be another's already.
  if (isClosing(tracking.state)) return closeUnchecked(tracking, direction, 'closed');
  const belief = beliefIn(tracking, direction, segment);
  if (belief === 'invalid') return { kind: 'invalid' };
  // Not exactly where it should be: the connection stays, for the other end may challenge it (RFC 5961).
  const next = belief === 'doubtful' ? tracking.state : 'closed';
  const unmeasured = belief !== 'expected' && answersUnheeded(tracking, direction, segment, replySeen);
  if (unmeasured) return closeUnchecked(tracking, direction, next);
  return heed(tracking, direction, 'rst', segment, next, replySeen);
}

/** Whether a reset stands where the other end's acknowledgements let one be expected; `unknown` before there were any. */
function beliefIn(
  tracking: TcpTracking,
  direction: Direction,
  segment: Segment,
): 'unknown' | 'expected' | 'doubtful' | 'invalid' {
  const { last } = tracking;
  const expected = tracking.ends[direction === 'original' ? 'reply' : 'original'].maximumAcknowledgement;
  if (expected === undefined || last?.kind === 'syn') return 'unknown';
  const isEstablished = tracking.state === 'established' && tracking.assured;
  if (segment.sequence === 0 && !isEstablished) return 'expected';
  if (before(segment.sequence, expected)) return 'invalid';
  const followsData = last?.kind === 'ack' && last.direction === direction && segment.sequence === last.end;
  return !isEstablished || segment.sequence === expected || followsData ? 'expected' : 'doubtful';
}

/** Whether a reset answers a segment that passed unheeded: a SYN, a stray acknowledgement, a challenge. */
function answersUnheeded(tracking: TcpTracking, direction: Direction, segment: Segment, replySeen: boolean): boolean {
  const { last } = tracking;
  if (last === undefined) return false;
  if (segment.acknowledgement === last.end) {
    if (replySeen && last.kind === 'syn' && last.direction !== direction) return true;
    if (!tracking.assured && last.kind === 'ack') return true;
  }
  const challenged = tracking.state === 'syn sent' && last.kind === 'ack' && last.direction === 'reply';
  return challenged && segment.sequence === last.acknowledgement;
}

function closeUnchecked(tracking: TcpTracking, direction: Direction, state: TcpState): TcpAnswer {
  const last = noteKind(tracking, 'rst', direction);
  return { kind: 'valid', tracking: { ...tracking, state, last }, changed: true };
}

/** Holds the segment against the windows and takes the step if it fits. */
function heed(
  tracking: TcpTracking,
  direction: Direction,
  kind: SegmentKind,
  segment: Segment,
  next: TcpState,
  replySeen: boolean,
): TcpAnswer {
  const { answer, ends } = checkWindow(tracking.ends, tracking.state, direction, segment);
  if (answer === 'outside') return misplaced({ ...tracking, ends }, direction, kind);
  if (answer === 'ignored') return { kind: 'valid', tracking: { ...tracking, ends }, changed: false };
  const completes = next === 'established' && (tracking.state === 'syn received' || tracking.state === 'established');
  const begins = next === 'fin wait' && tracking.state !== 'fin wait';
  return {
    kind: 'valid',
    tracking: {
      ...tracking,
      state: next,
      ends: begins ? { ...ends, [direction]: { ...ends[direction], closed: true } } : ends,
      ...(kind === 'ack' && answer === 'inside'
        ? noteAcknowledgement(tracking, direction, segment)
        : { last: noteKind(tracking, kind, direction) }),
      assured: tracking.assured || (replySeen && completes),
    },
    changed: true,
  };
}

/** A segment out of the window: where both ends of an open connection seem to close it so, it is soon forgotten. */
function misplaced(tracking: TcpTracking, direction: Direction, kind: SegmentKind): TcpAnswer {
  const { last, assured } = tracking;
  if (!assured || !closes(kind)) return { kind: 'invalid', tracking };
  if (last !== undefined && last.direction !== direction && closes(last.kind)) {
    return { kind: 'invalid', tracking, givenUp: true };
  }
  return { kind: 'invalid', tracking: { ...tracking, last: noteKind(tracking, kind, direction) } };
}

function closes(kind: SegmentKind): boolean {
  return kind === 'fin' || kind === 'rst';
}
