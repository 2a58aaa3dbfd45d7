/** How long flows are remembered after their last packet: the kernel's defaults. */
import { CLOCK_SLACK } from '../choices.ts';
import { GRE, ICMP, ICMPV6, TCP, UDP, UDP_LITE } from '../packet/packet.ts';
import type { Expiry, Flow } from '../flows.ts';
import { tcpTimeout } from './tcp-timeouts.ts';

const SECOND = 1000;

/** UDP that goes both ways for longer than this is a stream. */
const STREAM_AFTER = 2 * SECOND;
const STREAM = 120 * SECOND;
const UNREPLIED = 30 * SECOND;

/** When a flow is forgotten of which this was the last packet. `replySeen`: packets went both ways before this one. */
export function expiryOf(flow: Pick<Flow, 'original' | 'tcp' | 'since'>, replySeen: boolean, now: number): Expiry {
  if (flow.original.protocol === UDP && replySeen) return streamExpiry(now - flow.since, now);
  return after(timeoutOf(flow, replySeen), now);
}

/** So many milliseconds from now. */
export function after(timeout: number, now: number): Expiry {
  return { earliest: now + timeout, latest: now + timeout };
}

/** So close to the age at which it becomes a stream, either timeout may be the one. */
function streamExpiry(age: number, now: number): Expiry {
  return {
    earliest: now + (age > STREAM_AFTER + CLOCK_SLACK ? STREAM : UNREPLIED),
    latest: now + (age >= STREAM_AFTER - CLOCK_SLACK ? STREAM : UNREPLIED),
  };
}

function timeoutOf({ original, tcp }: Pick<Flow, 'original' | 'tcp'>, replySeen: boolean): number {
  switch (original.protocol) {
    case TCP:
      return tcpTimeout(tcp, replySeen);
    case UDP:
      return UNREPLIED;
    case UDP_LITE:
      return replySeen ? 120 * SECOND : UNREPLIED;
    case ICMP:
    case ICMPV6:
      return 30 * SECOND;
    case GRE:
      return replySeen ? 180 * SECOND : 30 * SECOND;
    default:
      return 600 * SECOND;
  }
}
