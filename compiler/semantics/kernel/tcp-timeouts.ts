/** How long a TCP connection is remembered after a segment, in milliseconds; the kernel's defaults. */
import type { TcpState } from './tcp-states.ts';
import type { TcpTracking } from './tcp.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** By state. */
const TIMEOUTS: Readonly<Record<TcpState, number>> = {
  none: MINUTE,
  'syn sent': 2 * MINUTE,
  'syn received': MINUTE,
  established: 5 * 24 * 60 * MINUTE,
  'fin wait': 2 * MINUTE,
  'close wait': MINUTE,
  'last ack': 30 * SECOND,
  'time wait': 2 * MINUTE,
  closed: 10 * SECOND,
  'both syn sent': 2 * MINUTE,
};

/** Of a connection that was reset, even where the reset was not believed. */
export const CLOSED = TIMEOUTS.closed;

/** Where an end seems to be gone: data is not acknowledged or sent again, a window stays shut, resets are out of place. */
export const IN_DOUBT = 5 * MINUTE;

/** An acknowledgement that comes so many times more is a retransmission (nf_conntrack_tcp_max_retrans). */
const RETRANSMISSIONS = 3;

/** `replySeen`: packets went both ways before the last segment. */
export function tcpTimeout(tracking: TcpTracking | undefined, replySeen: boolean): number {
  if (tracking === undefined) return TIMEOUTS.none;
  const inState = TIMEOUTS[tracking.state];
  if (tracking.retransmissions >= RETRANSMISSIONS && inState > IN_DOUBT) return IN_DOUBT;
  if (tracking.last?.kind === 'rst') return CLOSED;
  return isInDoubt(tracking, replySeen) ? Math.min(inState, IN_DOUBT) : inState;
}

function isInDoubt({ ends, last }: TcpTracking, replySeen: boolean): boolean {
  if (ends.original.unacknowledged || ends.reply.unacknowledged) return true;
  return (last?.window ?? 0) === 0 || !replySeen;
}
