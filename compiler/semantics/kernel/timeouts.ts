/** How long flows are remembered after their last packet, in milliseconds: the kernel's defaults. */
import { GRE, ICMP, ICMPV6, TCP, UDP, UDP_LITE } from '../packet/packet.ts';
import type { Flow } from '../flows.ts';
import { TCP_TIMEOUTS } from './tcp-states.ts';

const SECOND = 1000;

/** UDP that goes both ways for longer than this is a stream. */
const STREAM_AFTER = 2 * SECOND;

/** `replySeen`: packets went both ways before this one. */
export function timeoutOf(flow: Pick<Flow, 'original' | 'tcp' | 'since'>, replySeen: boolean, now: number): number {
  switch (flow.original.protocol) {
    case TCP:
      return TCP_TIMEOUTS[flow.tcp?.state ?? 'none'];
    case UDP:
      return replySeen && now - flow.since > STREAM_AFTER ? 120 * SECOND : 30 * SECOND;
    case UDP_LITE:
      return replySeen ? 120 * SECOND : 30 * SECOND;
    case ICMP:
    case ICMPV6:
      return 30 * SECOND;
    case GRE:
      return replySeen ? 180 * SECOND : 30 * SECOND;
    default:
      return 600 * SECOND;
  }
}
