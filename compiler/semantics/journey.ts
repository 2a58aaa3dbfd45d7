/**
 * A packet on its way through the host: what it is by now, what is known of it, and what has been said of it. The one
 * thing here that changes while a way is walked; the states it leads from and to do not.
 */
import type { RowVariable } from '../model/condition.ts';
import type { Origin, Policy, Zone } from '../model/policy.ts';
import type { Choices } from './choices.ts';
import type { Environment, Interface } from './environment.ts';
import type { Direction, Flow } from './flows.ts';
import type { Destination } from './kernel/routing.ts';
import type { Packet } from './packet/packet.ts';
import type { State } from './state.ts';
import { zoneOf } from './zones.ts';

/** What connection tracking makes of a packet. */
export type Tracking =
  /** Nothing was asked, or it was told not to look. */
  | { readonly kind: 'untracked' }
  | { readonly kind: 'invalid' }
  /** Part of a flow; `isNew` until a packet of it was let through. */
  | { readonly kind: 'flow'; readonly flow: Flow; readonly direction: Direction; readonly isNew: boolean }
  /**
   * An ICMP error about a packet of a flow, or a reset by this host; `direction` is the way the answer itself goes. `isNew`: this host
   * answers in place of the first packet.
   */
  | { readonly kind: 'related'; readonly flow: Flow; readonly direction: Direction; readonly isNew?: boolean };

/** A rule, a default or the host that had a say. */
export interface Spoken {
  /** `filter forward`, `nat`, `host`. */
  readonly block: string;
  /** Undefined for what no policy says: the host's own behaviour. */
  readonly origin: Origin | undefined;
  /** In a few words: `allow`, `drop by default`, `counts as smtp`. */
  readonly did: string;
}

export interface LogEntry {
  readonly block: string;
  readonly prefix: string;
  readonly level: string;
  readonly group: number | undefined;
}

export interface Counted {
  readonly counter: string;
  readonly packets: number;
  readonly bytes: number;
}

/** Addresses and ports of both ends. */
export interface Ends {
  readonly source: bigint | undefined;
  readonly destination: bigint | undefined;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

export interface Journey {
  readonly policy: Policy;
  readonly environment: Environment;
  readonly now: number;
  readonly choices: Choices;
  state: State;
  packet: Packet;
  /** The packet as it arrived, or as this host made it. */
  readonly arrived: Packet;
  readonly vlan: number | undefined;
  readonly sourceMac: bigint | undefined;
  readonly destinationMac: bigint | undefined;
  in: Interface | undefined;
  inZone: Zone | undefined;
  out: Interface | undefined;
  outZone: Zone | undefined;
  /** Where routing sends it. */
  destination: Destination;
  mark: number;
  tracking: Tracking;
  /** This host makes it by itself, about another packet. */
  readonly isAnswer: boolean;
  /** A SYN that `synproxy` decides about, or what this host has to say about one. */
  proxied: boolean;
  /** Told not to be tracked. */
  notrack: boolean;
  /** The largest fragment that the packet was put together from. */
  largestFragment: number | undefined;
  /** The real hosts at both ends, known once destinations are translated. */
  real: Ends | undefined;
  /** Whether plain `from` and `to` read the frame, or the real ends; by block. */
  seesWire: boolean;
  /** The rules at hand decide about a flow, not a packet: their marks are the flow's. */
  aboutFlow: boolean;
  /** Name of the block at hand, for the record. */
  block: string;
  /** It came past `mitigate` and `balance`, so that a zone that shapes what comes in has it wait. */
  isQueuedOnArrival: boolean;
  /** The row that each variable stands for. */
  rows: ReadonlyMap<RowVariable, number>;
  readonly spoke: Spoken[];
  readonly logs: LogEntry[];
  readonly counted: Counted[];
}

export interface Start {
  readonly policy: Policy;
  readonly environment: Environment;
  readonly now: number;
  readonly choices: Choices;
  readonly state: State;
  readonly packet: Packet;
  readonly in?: Interface | undefined;
  readonly vlan?: number | undefined;
  readonly sourceMac?: bigint | undefined;
  readonly destinationMac?: bigint | undefined;
  readonly mark?: number | undefined;
  readonly isAnswer?: boolean;
}

export function startJourney(start: Start): Journey {
  return {
    ...start,
    arrived: start.packet,
    vlan: start.vlan,
    sourceMac: start.sourceMac,
    destinationMac: start.destinationMac,
    in: start.in,
    inZone: zoneOf(start.policy, start.environment, start.in, start.vlan),
    out: undefined,
    outZone: undefined,
    mark: start.mark ?? 0,
    tracking: { kind: 'untracked' },
    isAnswer: start.isAnswer ?? false,
    proxied: false,
    notrack: false,
    largestFragment: undefined,
    destination: { kind: 'no route' },
    real: undefined,
    seesWire: true,
    aboutFlow: false,
    block: '',
    isQueuedOnArrival: false,
    rows: new Map(),
    spoke: [],
    logs: [],
    counted: [],
  };
}

/** Turns to the interface that a route leads out of. */
export function setOut(journey: Journey, out: Interface | undefined): void {
  journey.out = out;
  journey.outZone = zoneOf(journey.policy, journey.environment, out);
}

export function say(journey: Journey, origin: Origin | undefined, did: string): void {
  journey.spoke.push({ block: journey.block, origin, did });
}

/** What the host does by itself, whatever the policy. */
export function sayHost(journey: Journey, did: string): void {
  journey.spoke.push({ block: 'host', origin: undefined, did });
}

export function endsOf(packet: Packet): Ends {
  const { source, destination, sourcePort, destinationPort } = packet;
  return { source, destination, sourcePort, destinationPort };
}

/** The flow that the packet is part of, or speaks of. */
export function flowOf(journey: Journey): Flow | undefined {
  const { tracking } = journey;
  return tracking.kind === 'flow' || tracking.kind === 'related' ? tracking.flow : undefined;
}
