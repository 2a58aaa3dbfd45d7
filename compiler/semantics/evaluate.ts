/**
 * The reference semantics: what may become of a packet under a policy. Written to be read; everything else is tested
 * against it.
 */
import type { Policy } from '../model/policy.ts';
import { Choices, explore } from './choices.ts';
import { accords } from './accord.ts';
import { interfaceNamed, type Environment } from './environment.ts';
import type { Fate } from './fate.ts';
import { startJourney, type Counted, type Journey, type LogEntry, type Spoken, type Tracking } from './journey.ts';
import type { Observation } from './observation.ts';
import { vlanOf, type Frame } from './packet/frame.ts';
import { decodePacket } from './packet/decode.ts';
import type { Packet } from './packet/packet.ts';
import { walkReceived, walkSent } from './path.ts';
import { shapedClasses, type Shaped } from './shape.ts';
import type { State } from './state.ts';

/** How a packet comes to the host: as a frame on an interface, or from the host itself. */
export type Arrival =
  | { readonly kind: 'received'; readonly in: string; readonly frame: Frame; readonly mark?: number }
  | { readonly kind: 'sent'; readonly packet: Packet; readonly mark?: number };

/** One thing that may happen. */
export interface Outcome {
  readonly fate: Fate;
  readonly counted: readonly Counted[];
  readonly logs: readonly LogEntry[];
  /** The classes it queues in as it comes in by a shaped zone, whatever becomes of it, and where it goes on by one. */
  readonly shaped: readonly Shaped[];
  /** The rules that spoke, in order, with the block each stands in. */
  readonly spoke: readonly Spoken[];
  readonly tracking: Tracking['kind'];
  /** Whether a flow may or may not have been forgotten by now, which only the host's clock knows. */
  readonly leftToClock: boolean;
  /** What follows, if the choices that were open fell as in `fate`. */
  readonly state: State;
  /** Whether what was seen is this outcome, whatever port or address was chosen. */
  readonly accepts: (seen: Observation) => boolean;
  /** What follows when this was seen: the choice that shows in it is kept. */
  readonly next: (seen: Observation) => State;
}

export interface Evaluation {
  /** At least one. More than one where the language leaves something open. */
  readonly outcomes: readonly Outcome[];
}

/** What may become of a packet. `now` is in milliseconds since 1970. */
export function evaluate(
  policy: Policy,
  environment: Environment,
  state: State,
  now: number,
  arrival: Arrival,
): Evaluation {
  const walk = (choices: Choices): Walked => walkOnce(policy, environment, state, now, arrival, choices);
  return { outcomes: explore((choices) => outcomeOf(walk(choices), choices, walk)) };
}

interface Walked {
  readonly fate: Fate;
  readonly journey: Journey;
}

function walkOnce(
  policy: Policy,
  environment: Environment,
  state: State,
  now: number,
  arrival: Arrival,
  choices: Choices,
): Walked {
  const start = { policy, environment, state, now, choices, mark: arrival.mark };
  if (arrival.kind === 'sent') {
    const journey = startJourney({ ...start, packet: arrival.packet });
    return { fate: walkSent(journey), journey };
  }
  const { frame } = arrival;
  const packet = frame.packet ?? decodePacket(new Uint8Array(0), 4);
  const journey = startJourney({
    ...start,
    packet,
    in: interfaceNamed(environment, arrival.in),
    vlan: vlanOf(frame),
    sourceMac: frame.source,
    destinationMac: frame.destination,
  });
  return { fate: frame.packet === undefined ? { kind: 'not judged' } : walkReceived(journey), journey };
}

function goesOn({ kind }: Fate): boolean {
  return kind === 'forwarded' || kind === 'delivered';
}

function outcomeOf({ fate, journey }: Walked, choices: Choices, walk: (choices: Choices) => Walked): Outcome {
  const { script, picked } = choices;
  // Where something was picked, the way is walked again with what was seen to have been picked.
  const seenAs = (seen: Observation): Walked => (picked ? walk(new Choices(script, seen)) : { fate, journey });
  return {
    fate,
    counted: journey.counted,
    logs: journey.logs,
    spoke: journey.spoke,
    shaped: shapedClasses(journey, goesOn(fate)),
    tracking: journey.tracking.kind,
    leftToClock: choices.leftToClock,
    state: journey.state,
    accepts: (seen) => accords(seenAs(seen).fate, seen),
    next: (seen) => seenAs(seen).journey.state,
  };
}
