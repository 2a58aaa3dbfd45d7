/** What this host sends about a packet that it does not let on: resets, ICMP errors, the handshake of `synproxy`. */
import type { RejectReason } from '../model/policy.ts';
import type { Fate, Leaving } from './fate.ts';
import { opposite, withFlow } from './flows.ts';
import { startJourney, type Journey } from './journey.ts';
import { hasOnesComplementChecksum } from './kernel/checksums.ts';
import { icmpErrorAbout, resetAnswering, unreachable, type IcmpError } from './kernel/icmp-errors.ts';
import { sourceToward } from './kernel/own-address.ts';
import { isOwnAddress, routeTo } from './kernel/routing.ts';
import { TCP, type Packet } from './packet/packet.ts';
import type { End } from './steps.ts';
import { synproxyAnswer } from './synproxy.ts';
import { CLOSED } from './kernel/tcp-timeouts.ts';
import { after } from './kernel/timeouts.ts';

/** The answer as a journey that is about to begin, and the packet's fate once it is known what left. */
export interface Answer {
  readonly answer: Journey | undefined;
  readonly fate: (leaving: Leaving | undefined) => Fate;
}

type Answered = Extract<End, { readonly kind: 'refused by policy' | 'refused by host' | 'to be proxied' }>;

export function answerTo(end: Answered, journey: Journey): Answer {
  switch (end.kind) {
    case 'refused by policy':
      return rejection(end.reason, journey);
    case 'refused by host':
      return refusal(end.error, journey);
    case 'to be proxied':
      return {
        answer: isForMany(journey) ? undefined : beginAnswer(synproxyAnswer(journey, end.verdict), journey),
        fate: (answer) => ({ kind: 'answered by synproxy', answer }),
      };
    default:
      return end satisfies never;
  }
}

/** Without a reason: a reset for TCP, "port unreachable" for all else. */
function rejection(reason: RejectReason | undefined, journey: Journey): Answer {
  const { packet } = journey;
  const chosen = reason ?? (packet.protocol === TCP ? 'tcp-reset' : 'port-unreachable');
  if (chosen === 'tcp-reset') {
    const reset = isForMany(journey) ? undefined : resetAnswering(packet);
    if (reset !== undefined) closeFlow(journey);
    return {
      answer: beginAnswer(reset, journey),
      fate: (answer) => ({ kind: 'rejected', by: 'policy', with: chosen, answer }),
    };
  }
  const error = unreachable(packet.family, chosen);
  // Rejecting, unlike routing, looks at the checksum before it answers.
  const answer = hasOnesComplementChecksum(packet) ? errorAnswer(error, journey) : undefined;
  return { answer, fate: (leaving) => rejectedBy('policy', error, leaving) };
}

function refusal(error: IcmpError, journey: Journey): Answer {
  return { answer: errorAnswer(error, journey), fate: (leaving) => rejectedBy('host', error, leaving) };
}

function rejectedBy(by: 'policy' | 'host', { type, code }: IcmpError, answer: Leaving | undefined): Fate {
  return { kind: 'rejected', by, with: { type, code }, answer };
}

function errorAnswer(error: IcmpError, journey: Journey): Journey | undefined {
  const source = isForMany(journey) || isFromAnyRouter(journey) ? undefined : errorSource(journey);
  const packet = source === undefined ? undefined : icmpErrorAbout(journey.packet, error, source);
  const answer = beginAnswer(packet, journey);
  // To a link-local address an error goes back by its link; a reset is routed as if it were for any other.
  if (answer !== undefined) answer.out = journey.in;
  return answer;
}

/** Nobody answers for a whole network. */
function isForMany({ destination }: Journey): boolean {
  return destination.kind === 'broadcast' || destination.kind === 'multicast';
}

/** No error goes to an address that stands for any router of a network. */
function isFromAnyRouter({ environment, packet }: Journey): boolean {
  const { family, source } = packet;
  if (family === 4 || source === undefined) return false;
  return routeTo(environment, family, source).kind === 'local' && !isOwnAddress(environment, family, source);
}

/** The address that the packet was for, if it is this host's; else one toward the packet's sender. */
function errorSource(journey: Journey): bigint | undefined {
  const { environment, packet } = journey;
  const { family, source, destination } = packet;
  if (source === undefined || destination === undefined) return undefined;
  // "Any router there" is one of them (RFC 4291, section 2.6.1).
  if (routeTo(environment, family, destination).kind === 'local') return destination;
  // About its own packets the host tells itself.
  if (isOwnAddress(environment, family, source)) return source;
  const back = routeTo(environment, family, source, journey.in);
  const at =
    family === 6 && journey.in !== undefined
      ? journey.in
      : back.kind === 'forward' || back.kind === 'broadcast'
        ? back.out
        : undefined;
  return at === undefined ? undefined : sourceToward(environment, at, family, source);
}

/** The answer belongs to the flow that it answers, in the other direction. */
function beginAnswer(packet: Packet | undefined, journey: Journey): Journey | undefined {
  if (packet === undefined) return undefined;
  const { policy, environment, now, choices, state } = journey;
  const answer = startJourney({ policy, environment, now, choices, state, packet, isAnswer: true });
  const { tracking } = journey;
  if (tracking.kind === 'flow' || tracking.kind === 'related') {
    const { flow, direction, isNew = false } = tracking;
    answer.tracking = { kind: 'related', flow, direction: opposite(direction), isNew };
  }
  answer.proxied = journey.proxied;
  return { ...answer, spoke: journey.spoke, logs: journey.logs, counted: journey.counted };
}

/** A reset sent on behalf of one end closes the connection. */
function closeFlow(journey: Journey): void {
  const { tracking, now } = journey;
  if (tracking.kind !== 'flow' || tracking.isNew || tracking.flow.tcp === undefined) return;
  if (tracking.flow.tcp.state === 'closed') return;
  const tcp = { ...tracking.flow.tcp, state: 'closed' as const };
  journey.state = withFlow(journey.state, { ...tracking.flow, tcp, expires: after(CLOSED, now) });
}
