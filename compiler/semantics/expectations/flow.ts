/**
 * `established` and `reply`: a packet of the flow was let through before. It is let through whatever the filters say, for
 * that is what the line supposes; translation is as the policy has it.
 */
import { TCP_FLAGS } from '../../model/fields.ts';
import type { Expectation, FilterBlock, Origin, Policy, Zone } from '../../model/policy.ts';
import { evaluate, type Arrival, type Outcome } from '../evaluate.ts';
import { udpPacket } from '../packet/build.ts';
import { frameOf } from '../packet/frame.ts';
import { ICMP, ICMPV6, TCP, type Packet } from '../packet/packet.ts';
import type { State } from '../state.ts';
import {
  ANSWERER_SEQUENCE,
  OPENER_SEQUENCE,
  describedPacket,
  familyOf,
  plainDetails,
  type Details,
} from './packets.ts';
import type { Scene } from './scene.ts';

export interface Established {
  readonly state: State;
  /** The expectation's packet as it arrives: a reply comes to what the opener's source was translated to. */
  readonly packet: Packet;
}

export function establish(
  policy: Policy,
  expectation: Expectation,
  scene: Scene,
  state: State,
  now: number,
): Established {
  const open = permissive(policy);
  const packets = establishing(expectation, scene);
  let reached = state;
  let step = packets.next();
  while (step.done !== true) {
    const [outcome] = evaluate(open, scene.environment, reached, now, step.value).outcomes;
    reached = outcome?.state ?? reached;
    step = packets.next(outcome && leftBy(outcome));
  }
  return { state: reached, packet: step.value };
}

/** As what a packet that was let through went on. */
export interface Left {
  readonly packet: Packet;
  /** Undefined where it reached this host itself. */
  readonly out: string | undefined;
}

/**
 * The packets that make the flow, one after another, under a policy that lets all of them through (`permissive`). Told after each
 * what left, it ends with the expectation's packet.
 */
export function* establishing(expectation: Expectation, scene: Scene): Generator<Arrival, Packet, Left | undefined> {
  const isReply = expectation.flow === 'reply';
  const opener = isReply ? turned(expectation) : expectation;
  const first = describesError(expectation) ? errorCause(opener) : describedPacket(opener, openerDetails(opener));
  const left = yield arrivalAt(first, interfaceAt(opener.in, scene));
  const answersTo = left?.packet ?? first;
  const flags = expectation.tcpFlags ?? TCP_FLAGS.ack;
  if (expectation.protocol === TCP && (flags & TCP_FLAGS.syn) === 0) {
    yield* handshake(opener, answersTo, left?.out, scene);
  }
  const details: Details = {
    ...plainDetails(expectation),
    flags,
    ...(isReply ? endsAnswering(answersTo) : {}),
    ...numbersOf(isReply, (flags & TCP_FLAGS.syn) !== 0),
    about: describesError(expectation) ? answersTo : undefined,
  };
  return describedPacket(expectation, details);
}

/** The second and third segment of a connection whose first has left. */
function* handshake(
  opener: Expectation,
  first: Packet,
  answeredAt: string | undefined,
  scene: Scene,
): Generator<Arrival, void, unknown> {
  const answer: Details = {
    ...plainDetails(opener),
    ...endsAnswering(first),
    flags: TCP_FLAGS.syn | TCP_FLAGS.ack,
    ...numbersOf(true, true),
  };
  yield arrivalAt(describedPacket(opener, answer), answeredAt);
  const last: Details = { ...plainDetails(opener), flags: TCP_FLAGS.ack, ...numbersOf(false, false) };
  yield arrivalAt(describedPacket(opener, last), interfaceAt(opener.in, scene));
}

/** The flow's first packet, seen from the expectation of a reply to it. */
function turned(expectation: Expectation): Expectation {
  return {
    ...expectation,
    source: expectation.destination,
    destination: expectation.source,
    in: expectation.out,
    out: expectation.in,
    icmp: queryOf(expectation),
    tcpFlags: undefined,
    length: undefined,
  };
}

/** Types of replies, and of the queries they answer. */
const QUERIES: ReadonlyMap<number, number> = new Map([
  [0, 8],
  [14, 13],
  [16, 15],
  [18, 17],
  [129, 128],
  [140, 139],
]);

function queryOf({ icmp }: Expectation): Expectation['icmp'] {
  return icmp === undefined ? undefined : { type: QUERIES.get(icmp.type) ?? icmp.type, code: icmp.code };
}

function openerDetails(opener: Expectation): Details {
  return { ...plainDetails(opener), flags: TCP_FLAGS.syn };
}

const ERROR_TYPES = { 4: [3, 4, 5, 11, 12], 6: [1, 2, 3, 4] } as const;

function describesError(expectation: Expectation): boolean {
  const { protocol, icmp } = expectation;
  if (icmp === undefined || (protocol !== ICMP && protocol !== ICMPV6)) return false;
  return (ERROR_TYPES[familyOf(expectation)] as readonly number[]).includes(icmp.type);
}

/** What an error complains of: a datagram of the kind that traceroute sends. */
function errorCause(opener: Expectation): Packet {
  const { source, destination } = plainDetails(opener);
  return udpPacket(
    { family: familyOf(opener), source, destination },
    { sourcePort: 40000, destinationPort: 33434, payload: new Uint8Array(8) },
  );
}

function endsAnswering(packet: Packet): Partial<Details> {
  return {
    source: packet.destination ?? 0n,
    destination: packet.source ?? 0n,
    sourcePort: packet.destinationPort ?? 0,
    destinationPort: packet.sourcePort ?? 0,
    identifier: packet.icmp?.identifier ?? 1,
  };
}

/** Where both ends of a TCP connection are after the handshake, or in its middle. */
function numbersOf(isReply: boolean, opens: boolean): Pick<Details, 'sequence' | 'acknowledgement'> {
  if (isReply) {
    return { sequence: ANSWERER_SEQUENCE + (opens ? 0 : 1), acknowledgement: OPENER_SEQUENCE + 1 };
  }
  return { sequence: OPENER_SEQUENCE + (opens ? 0 : 1), acknowledgement: opens ? 0 : ANSWERER_SEQUENCE + 1 };
}

/** The policy with its translation alone, and filters that track every flow and let all of them through. */
export function permissive(policy: Policy): Policy {
  const origin: Origin | undefined = policy.expectations[0] && { ...NO_ORIGIN, span: policy.expectations[0].span };
  const open = (hook: FilterBlock['hook']): FilterBlock => ({
    origin: origin ?? policy.filters[hook]?.origin ?? { ...NO_ORIGIN, span: EMPTY_SPAN },
    hook,
    stateful: true,
    default: { kind: 'allow' },
    invalid: 'pass',
    pickup: false,
    essential: [],
    body: [],
  });
  const filters = { input: open('input'), forward: open('forward'), output: open('output') };
  return { ...policy, mitigate: [], raw: undefined, mangles: {}, count: undefined, filters };
}

const NO_ORIGIN = { name: '', text: '', documentation: [], owner: undefined, ticket: undefined, via: [] };
const EMPTY_SPAN = { source: { path: '', text: '' }, start: 0, end: 0 };

function interfaceAt(zone: Zone | undefined, scene: Scene): string | undefined {
  return zone && scene.interfaceOf(zone);
}

function arrivalAt(packet: Packet, at: string | undefined): Arrival {
  return at === undefined ? { kind: 'sent', packet } : { kind: 'received', in: at, frame: frameOf(packet) };
}

function leftBy({ fate }: Outcome): Left | undefined {
  if (fate.kind === 'delivered') return { packet: fate.packet, out: undefined };
  const packet = fate.kind === 'forwarded' ? fate.leaving.packets[0] : undefined;
  return packet === undefined || fate.kind !== 'forwarded' ? undefined : { packet, out: fate.leaving.out };
}
