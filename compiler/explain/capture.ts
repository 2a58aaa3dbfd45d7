/** Captured packets, followed one after another as the reference semantics walks them. */
import type { Expectation, Given, Policy, Zone } from '../model/policy.ts';
import { AddressSet } from '../net/address-set.ts';
import { evaluate } from '../semantics/evaluate.ts';
import { endsText } from '../semantics/expectations/words.ts';
import { sceneFor } from '../semantics/expectations/scene.ts';
import type { Frame } from '../semantics/packet/frame.ts';
import type { Packet } from '../semantics/packet/packet.ts';
import { EMPTY_STATE } from '../semantics/state.ts';
import type { ExplainedPacket } from './explained.ts';
import { wayOf } from './packet.ts';

export interface CapturedFrame {
  /** Counted from 1. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly frame: Frame;
}

/** Where captured packets come in, and where those go that no route is given for; undefined: to this host. */
export interface CaptureZones {
  readonly in: Zone;
  readonly out: Zone | undefined;
}

/**
 * What may become of the packets, each where those before have left flows, limits and memories. Where something is left open, the
 * first way is the one that the next packets meet. The surroundings are those of the policy's first `expect` block.
 */
export function explainCapture(
  policy: Policy,
  frames: readonly CapturedFrame[],
  zones: CaptureZones,
): readonly ExplainedPacket[] {
  let state = EMPTY_STATE;
  return frames.map(({ number, at, frame }): ExplainedPacket => {
    const { packet } = frame;
    if (!packet) return { text: `packet ${number}: no IP packet`, ways: [] };
    const given = policy.expectations[0]?.given ?? NOTHING_GIVEN;
    const { environment, interfaceOf } = sceneFor(policy, given, { ...endsOf(packet), ...zones });
    const arrival = { kind: 'received', in: interfaceOf(zones.in), frame } as const;
    const { outcomes } = evaluate(policy, environment, state, at, arrival);
    state = outcomes[0]?.state ?? state;
    return { text: `packet ${number}: ${endsText(packet)} in ${zones.in.name}`, ways: outcomes.map(wayOf) };
  });
}

const NOTHING_GIVEN: Given = { routes: [], addresses: [], down: AddressSet.empty, time: undefined, memories: [] };

function endsOf({ family, source, destination }: Packet): Pick<Expectation, 'source' | 'destination'> {
  const end = (value: bigint | undefined) => ({
    address: value === undefined ? undefined : { family, value },
    port: undefined,
  });
  return { source: end(source), destination: end(destination) };
}
