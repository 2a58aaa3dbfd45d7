/** What the host itself does with packets between the policy's blocks, step by step. */
import { endsOf, setOut, type Journey } from '../journey.ts';
import { inverted, withFlow, withoutRivals } from '../flows.ts';
import { merged } from '../marks.ts';
import { allowsPickup, needsTracking } from '../needs.ts';
import { UDP, UDP_LITE } from '../packet/packet.ts';
import { decrementTtl } from '../packet/rewrite.ts';
import { gone, type End, type Step } from '../steps.ts';
import {
  errorAboutMalformedOptions,
  errorAboutOption,
  isForHost,
  isGroupMac,
  refusedOnArrival,
  refusedOptions,
} from './arrival.ts';
import { fragmentsOf } from './fragments.ts';
import { packetTooBig, timeExceeded, unreachable } from './icmp-errors.ts';
import { manipulate } from './manipulation.ts';
import { isToEverybody, martian } from './martians.ts';
import { isLinkLocal, routeTo, type Destination } from './routing.ts';
import { reassemble } from './reassembly.ts';
import { isTaken } from './unique-tuple.ts';
import { track } from './tracking.ts';

/**
 * A frame that holds less than its header says, or no header, is thrown away before any rule sees it: at ingress by
 * nftables itself (nft_set_pktinfo_ipv4_ingress), else by ip_rcv.
 */
export const checkFrame: Step = ({ packet }) =>
  packet.wellFormed ? undefined : gone('malformed IP header or cut-off packet');

/** ip_rcv, ipv6_rcv: is the frame for this host, and its header sound? */
export const receive: Step = (journey) => {
  if (journey.in === undefined) return undefined;
  if (!isForHost(journey.in, journey.destinationMac)) return { kind: 'not judged' };
  const refusal = refusedOnArrival(journey.packet, journey.in);
  if (refusal !== undefined) return gone(refusal);
  const error = errorAboutOption(journey.packet);
  if (error !== undefined) return { kind: 'refused by host', error };
  const option = refusedOptions(journey.packet);
  return option === undefined ? undefined : gone(option);
};

/** Before packets are tracked, fragments are put together; what must not be tracked stays as it is. */
export const defragment: Step = (journey) => {
  if (!needsTracking(journey.policy, journey.packet.family) || journey.notrack) return undefined;
  return gather(journey);
};

/**
 * ip_local_deliver: IPv4 puts together what is for this host before the rules for it, tracked or not; IPv6 only behind
 * them.
 */
export const gatherForThisHost: Step = (journey) =>
  journey.packet.family === 4 && journey.packet.fragment !== undefined ? gather(journey) : undefined;

function gather(journey: Journey): End | undefined {
  const result = reassemble(journey.state, journey.now, journey.packet, journey.in?.name ?? '');
  journey.state = result.state;
  switch (result.kind) {
    case 'held':
      return { kind: 'held' };
    case 'gone':
      return gone(result.why);
    case 'whole':
      if (result.packet !== journey.packet) {
        journey.packet = result.packet;
        journey.largestFragment = result.largestFragment;
      }
      return undefined;
    default:
      return result satisfies never;
  }
}

/** Finds the flow, and puts the flow's mark on the packet; what this host has to say about a flow is not of it. */
export const trackPacket: Step = (journey) => {
  // An answer that this host makes belongs to the flow it answers from the start.
  if (!needsTracking(journey.policy, journey.packet.family) || journey.tracking.kind !== 'untracked') return undefined;
  journey.tracking = track(journey, journey.in !== undefined, allowsPickup(journey.policy));
  const { tracking } = journey;
  if (tracking.kind === 'flow' || (tracking.kind === 'related' && !journey.isAnswer)) {
    journey.mark = merged(journey.mark, tracking.flow.mark.value, tracking.flow.mark.mask);
  }
  return undefined;
};

/** Rewrites the packet's destination by its flow. From here on the real ends are known. */
export const translateDestination: Step = (journey) => {
  if (manipulate(journey, 'destination') === 'gone') return gone('a redirect about a translated flow');
  journey.real = endsOf(journey.packet);
  return undefined;
};

export const translateSource: Step = (journey) =>
  manipulate(journey, 'source') === 'gone' ? gone('a redirect about a translated flow') : undefined;

/** Routing of a packet that arrived: what it may not do, and where it goes. */
export const routeReceived: Step = (journey) => {
  const { environment, packet } = journey;
  if (journey.in === undefined || packet.destination === undefined) return gone('no destination');
  journey.destination = isToEverybody(packet)
    ? { kind: 'broadcast' }
    : routeTo(environment, packet.family, packet.destination, journey.in);
  const refusal = martian(environment, packet, journey.destination, journey.in);
  return refusal === undefined ? undefined : gone(refusal);
};

/** ip_rcv_options: IPv4 options are read once it is known where the packet goes. */
export const readOptions: Step = (journey) => {
  const error = journey.in === undefined ? undefined : errorAboutMalformedOptions(journey.packet);
  return error === undefined ? undefined : { kind: 'refused by host', error };
};

/** Routing of a packet that this host sends. */
export const routeSent: Step = (journey) => {
  const { environment, packet } = journey;
  if (packet.destination === undefined) return gone('no destination');
  const link = journey.out;
  journey.destination = routeTo(environment, packet.family, packet.destination, link);
  const { destination } = journey;
  if (destination.kind === 'forward') {
    setOut(journey, destination.out);
    return undefined;
  }
  if (destination.kind === 'local') {
    setOut(
      journey,
      environment.interfaces.find(({ loopback }) => loopback === true),
    );
    return undefined;
  }
  if (destination.kind === 'broadcast' && destination.out !== undefined) setOut(journey, destination.out);
  return isGroup(destination) && journey.out !== undefined ? undefined : gone(`${destination.kind} on the way out`);
};

function isGroup({ kind }: Destination): boolean {
  return kind === 'multicast' || kind === 'broadcast';
}

/** ip_forward, ip6_forward: may the packet be sent on at all? From here on it has one hop less. */
export const beginForwarding: Step = (journey) => {
  const { destination, packet } = journey;
  if (destination.kind !== 'forward') return noWay(journey);
  setOut(journey, destination.out);
  if (journey.destinationMac !== undefined && isGroupMac(journey.destinationMac)) {
    return gone('forwarding of link broadcasts');
  }
  if ((packet.ttl ?? 0) <= 1) return { kind: 'refused by host', error: timeExceeded(packet.family) };
  if (packet.family === 6 && destination.out.name !== journey.in?.name) {
    const source = packet.source ?? 0n;
    if (source === 0n || source === 1n) return gone('a source that is no host');
    // "Beyond scope of source address".
    if (isLinkLocal(source)) return { kind: 'refused by host', error: { type: 1, code: 2 } };
  }
  if (
    exceeds(
      journey.largestFragment ?? packet.bytes.length,
      journey.largestFragment !== undefined,
      packet,
      destination.out.mtu,
    )
  ) {
    return { kind: 'refused by host', error: packetTooBig(packet.family, destination.out.mtu) };
  }
  journey.packet = decrementTtl(packet);
  return undefined;
};

/** What was cut before may be cut again. */
function exceeds(
  length: number,
  reassembled: boolean,
  packet: { dontFragment: boolean; family: 4 | 6 },
  mtu: number,
): boolean {
  if (length <= mtu) return false;
  return packet.family === 6 ? true : packet.dontFragment || (reassembled && packet.dontFragment);
}

const noWay: Step = ({ destination, packet }) => {
  switch (destination.kind) {
    case 'no route':
      return { kind: 'refused by host', error: unreachable(packet.family, 'net-unreachable') };
    case 'unreachable':
      return { kind: 'refused by host', error: unreachable(packet.family, 'host-unreachable') };
    case 'prohibit':
      return { kind: 'refused by host', error: unreachable(packet.family, 'admin-prohibited') };
    default:
      return gone(`${destination.kind} is not forwarded`);
  }
};

/** A new flow is known once its packet is let through; two flows with the same replies cannot be. */
export const confirmFlow: Step = (journey) => {
  const { tracking } = journey;
  if (tracking.kind !== 'flow' || !tracking.isNew) return undefined;
  const outgoing = inverted(tracking.flow.reply);
  if (outgoing !== undefined && isTaken(journey, tracking.flow, outgoing)) {
    const mayClash = tracking.flow.original.protocol === UDP || tracking.flow.original.protocol === UDP_LITE;
    return mayClash && journey.choices.either() ? undefined : gone('another flow has the same replies');
  }
  const cleared = withoutRivals(journey.state, tracking.flow);
  journey.state = { ...withFlow(cleared, tracking.flow), nextFlow: journey.state.nextFlow + 1 };
  journey.tracking = { ...tracking, isNew: false };
  return undefined;
};

/** Out by the interface, as fragments where the packet is too large for it or came so. */
export const sendOut: Step = (journey) => {
  const { out, packet, mark } = journey;
  if (out === undefined) return gone('no interface to leave by');
  const limit = journey.largestFragment === undefined ? out.mtu : Math.min(journey.largestFragment, out.mtu);
  const packets = fragmentsOf(packet, limit, 0);
  return {
    kind: 'forwarded',
    leaving: { out: out.name, packets, mark, reaches: isGroup(journey.destination) ? 'a group' : 'others' },
  };
};
