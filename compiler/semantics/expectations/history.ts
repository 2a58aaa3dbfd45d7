/** What happened before an expectation's packet: what was remembered, packets that came just before, its flow. */
import type { Expectation, Given, Policy, Zone } from '../../model/policy.ts';
import { evaluate, type Arrival } from '../evaluate.ts';
import { addressPart, entriesOfKey, memoryTable } from '../memory.ts';
import { frameOf } from '../packet/frame.ts';
import type { Packet } from '../packet/packet.ts';
import { PersistentMap } from '../persistent-map.ts';
import { EMPTY_STATE, type State } from '../state.ts';
import { establish } from './flow.ts';
import { describedPacket, plainDetails } from './packets.ts';
import type { Scene } from './scene.ts';

/** The packet as it arrives, and the state that it meets. */
export interface Situation {
  readonly state: State;
  readonly arrival: Arrival;
}

/** Another source port, or another identifier, for each packet that came before: each is a flow of its own. */
const EARLIER_PORTS = 50_000;
const EARLIER_IDENTIFIERS = 1000;

export function situationOf(
  policy: Policy,
  given: Given,
  expectation: Expectation,
  scene: Scene,
  now: number,
): Situation {
  const remembered = withMemories(EMPTY_STATE, given, expectation);
  if (expectation.flow !== undefined) {
    const { state, packet } = establish(policy, expectation, scene, remembered, now);
    const arrival = arrivalOf(packet, expectation.in, expectation, scene);
    return { state: withEarlier(policy, expectation, scene, state, now, () => arrival), arrival };
  }
  const earlier = (number: number): Arrival => earlierArrival(expectation, scene, number);
  const packet = describedPacket(expectation, plainDetails(expectation));
  const arrival = arrivalOf(packet, expectation.in, expectation, scene);
  return { state: withEarlier(policy, expectation, scene, remembered, now, earlier), arrival };
}

/** A packet of those that came before, counted from 0, where the line is about no flow. */
export function earlierArrival(expectation: Expectation, scene: Scene, number: number): Arrival {
  const own = { sourcePort: EARLIER_PORTS + number, identifier: EARLIER_IDENTIFIERS + number };
  const packet = describedPacket(expectation, { ...plainDetails(expectation), ...own });
  return arrivalOf(packet, expectation.in, expectation, scene);
}

/** In by the interface of a zone; without one, this host sends it. */
export function arrivalOf(packet: Packet, zone: Zone | undefined, expectation: Expectation, scene: Scene): Arrival {
  const mark = expectation.mark ?? 0;
  if (zone === undefined) return { kind: 'sent', packet, mark };
  return { kind: 'received', in: scene.interfaceOf(zone), frame: frameOf(packet), mark };
}

/** `after 5 packets within 1s`: spread evenly over the time before. */
function withEarlier(
  policy: Policy,
  { after }: Expectation,
  { environment }: Scene,
  state: State,
  now: number,
  earlier: (number: number) => Arrival,
): State {
  if (after === undefined) return state;
  let reached = state;
  for (let number = 0; number < after.packets; number++) {
    const before = after.withinMilliseconds * (1 - number / after.packets);
    reached = evaluate(policy, environment, reached, now - before, earlier(number)).outcomes[0]?.state ?? reached;
  }
  return reached;
}

/** Of what a memory is given to hold, the addresses that the packet could ask for. */
function withMemories(state: State, given: Given, { source, destination }: Expectation): State {
  let memories = state.memories;
  for (const { memory, values } of given.memories) {
    for (const { address } of [source, destination]) {
      if (address === undefined) continue;
      const { family, value } = address;
      const held = family === 4 ? values.ipv4.contains(value) : values.ipv6.contains(value);
      if (!held) continue;
      const table = memoryTable(memory, family);
      const known = memories.get(table) ?? PersistentMap.empty<string, number>();
      const keys = entriesOfKey(memory, addressPart(family, value));
      memories = memories.set(
        table,
        keys.reduce((entries, key) => entries.set(key, Infinity), known),
      );
    }
  }
  return { ...state, memories };
}
