/**
 * Connection tracking (nf_conntrack_core.c, Linux 6.18): whether a packet is part of a flow, begins one, speaks of one, or
 * makes no sense. The state table of TCP is in tcp.ts, ICMP is in icmp-tracking.ts.
 */
import { inverted, withFlow, withoutFlow, type FoundFlow, type Tuple } from '../flows.ts';
import type { Expiry, Flow } from '../flows.ts';
import type { Journey, Tracking } from '../journey.ts';
import { NO_NEXT_HEADER } from '../packet/ipv6.ts';
import { uint16At } from '../packet/bytes.ts';
import { behindAuthentication } from '../packet/decode.ts';
import { ICMP, ICMPV6, SCTP, TCP, UDP, UDP_LITE, isLaterFragment, type Packet } from '../packet/packet.ts';
import { hasRightChecksum } from './checksums.ts';
import { findFlow } from './expiry.ts';
import { classifyIcmp, mayBeginFlow } from './icmp-tracking.ts';
import { followTcp, startTcp } from './tcp.ts';
import { IN_DOUBT } from './tcp-timeouts.ts';
import { expiryOf } from './timeouts.ts';
import { tupleOfPacket } from './tuples.ts';

const INVALID: Tracking = { kind: 'invalid' };

/**
 * What the packet at hand is, by the flows that the state knows. Notes in the state what the packet tells of a known
 * flow; a new flow is put into the state only once its packet is let through. Checksums are trusted in packets that this
 * host made (`received` false). `pickup`: TCP flows may begin in their middle.
 */
export function track(journey: Journey, received: boolean, pickup: boolean): Tracking {
  const packet = behindAuthentication(journey.packet);
  if (journey.notrack) return { kind: 'untracked' };
  if (packet.protocol === undefined || packet.transportAt === undefined || isLaterFragment(packet)) return INVALID;
  if (packet.family === 6 && packet.protocol === NO_NEXT_HEADER) return INVALID;
  if (received && !hasRightChecksum(packet)) return INVALID;
  if (packet.protocol === (packet.family === 4 ? ICMP : ICMPV6)) {
    const message = classifyIcmp(packet, journey);
    if (message.kind !== 'query') return message;
  }
  const tuple = tupleOfPacket(packet);
  if (tuple === undefined || !isSound(packet, journey)) return INVALID;
  const found = findFlow(journey, tuple);
  return found === undefined ? begin(tuple, journey, pickup) : follow(found, tuple, journey, pickup);
}

/** Whether lengths in the transport header make sense; TCP's are judged with its flags. */
function isSound(packet: Packet, journey: Journey): boolean {
  const at = packet.transportAt ?? 0;
  const length = packet.bytes.length - at;
  switch (packet.protocol) {
    case UDP: {
      const declared = uint16At(packet.bytes, at + 4);
      return declared !== undefined && length >= 8 && declared >= 8 && declared <= length;
    }
    case UDP_LITE: {
      const coverage = uint16At(packet.bytes, at + 4);
      if (coverage === undefined || length < 8 || uint16At(packet.bytes, at + 6) === 0) return false;
      return coverage === 0 || (coverage >= 8 && coverage <= length);
    }
    // SCTP's own state table, with its chunks and verification tags, is not followed here.
    case SCTP:
      return length >= 12 && journey.choices.either();
    default:
      return true;
  }
}

function begin(tuple: Tuple, journey: Journey, pickup: boolean): Tracking {
  const packet = behindAuthentication(journey.packet);
  const reply = inverted(tuple);
  if (reply === undefined) return INVALID;
  if ((tuple.protocol === ICMP || tuple.protocol === ICMPV6) && !mayBeginFlow(packet)) return INVALID;
  const tcp = tuple.protocol === TCP ? startTcp(packet, pickup) : undefined;
  if (tuple.protocol === TCP && tcp === undefined) return INVALID;
  const flow: Flow = {
    id: journey.state.nextFlow,
    original: tuple,
    reply,
    sourceTranslated: false,
    destinationTranslated: false,
    hairpin: false,
    replySeen: false,
    pickedUp: tcp !== undefined && tcp.state !== 'syn sent',
    proxied: false,
    mark: { value: 0, mask: 0 },
    tcp,
    since: journey.now,
    expires: expiryOf({ original: tuple, tcp, since: journey.now }, false, journey.now),
  };
  return { kind: 'flow', flow, direction: 'original', isNew: true };
}

function follow(found: FoundFlow, tuple: Tuple, journey: Journey, pickup: boolean): Tracking {
  const { flow, direction } = found;
  if (flow.original.protocol === TCP && flow.tcp !== undefined) return followTcpFlow(found, tuple, journey, pickup);
  const next: Flow = {
    ...flow,
    replySeen: flow.replySeen || direction === 'reply',
    expires: expiryOf(flow, flow.replySeen, journey.now),
  };
  journey.state = withFlow(journey.state, next);
  return { kind: 'flow', flow: next, direction, isNew: false };
}

function atMost({ earliest, latest }: Expiry, limit: number): Expiry {
  return { earliest: Math.min(earliest, limit), latest: Math.min(latest, limit) };
}

function followTcpFlow({ flow, direction }: FoundFlow, tuple: Tuple, journey: Journey, pickup: boolean): Tracking {
  if (flow.tcp === undefined) return INVALID;
  const answer = followTcp(flow.tcp, direction, behindAuthentication(journey.packet), flow.replySeen);
  if (answer.kind === 'reopens') {
    journey.state = withoutFlow(journey.state, flow);
    return begin(tuple, journey, pickup);
  }
  if (answer.kind === 'invalid') {
    if (answer.tracking !== undefined) {
      const expires = answer.givenUp === true ? atMost(flow.expires, journey.now + IN_DOUBT) : flow.expires;
      journey.state = withFlow(journey.state, { ...flow, tcp: answer.tracking, expires });
    }
    return INVALID;
  }
  const replySeen = flow.replySeen || direction === 'reply';
  const followed: Flow = { ...flow, tcp: answer.tracking, replySeen };
  // A SYN sent again does not keep alive what nobody answers.
  const isRepeatedSyn = !flow.replySeen && flow.tcp.state === 'syn sent' && answer.tracking.last?.kind === 'syn';
  const next =
    answer.changed && !isRepeatedSyn
      ? { ...followed, expires: expiryOf(followed, flow.replySeen, journey.now) }
      : followed;
  // A reset as the first answer ends what never began.
  const refused = answer.changed && !flow.replySeen && answer.tracking.last?.kind === 'rst';
  journey.state = refused ? withoutFlow(journey.state, flow) : withFlow(journey.state, next);
  return { kind: 'flow', flow: next, direction, isNew: false };
}
