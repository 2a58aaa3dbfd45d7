/** The packets of one line of `expect`: those that came before, and its own. */
import { setTimeout } from 'node:timers/promises';
import type { Expectation } from '../../compiler/model/index.ts';
import type { Arrival, Outcome } from '../../compiler/semantics/evaluate.ts';
import { establishing, type Left } from '../../compiler/semantics/expectations/flow.ts';
import { arrivalOf, earlierArrival } from '../../compiler/semantics/expectations/history.ts';
import { describedPacket, plainDetails } from '../../compiler/semantics/expectations/packets.ts';
import type { Scene } from '../../compiler/semantics/expectations/scene.ts';
import type { Fate } from '../../compiler/semantics/fate.ts';
import type { Lab } from '../lab/lab.ts';
import { ROUTER } from '../lab/observation.ts';
import { PLANES } from '../planes.ts';
import { fateOf } from './fates.ts';
import type { KernelNetwork } from './network.ts';
import type { Pace } from './pace.ts';

/** What was seen of the line's packet. */
export type SeenOutcome = Pick<Outcome, 'fate' | 'counted'>;

export class Conversation {
  readonly #lab: Lab;
  readonly #expectation: Expectation;
  readonly #scene: Scene;
  readonly #network: KernelNetwork;
  #sent = 0;

  constructor(lab: Lab, expectation: Expectation, scene: Scene, network: KernelNetwork) {
    this.#lab = lab;
    this.#expectation = expectation;
    this.#scene = scene;
    this.#network = network;
  }

  /** Sends what makes the line's flow, where it is about one; the line's own packet as it arrives. */
  async begin(): Promise<Arrival> {
    const expectation = this.#expectation;
    if (expectation.flow === undefined) return this.#arrival(describedPacket(expectation, plainDetails(expectation)));
    const packets = establishing(expectation, this.#scene);
    let step = packets.next();
    while (step.done !== true) step = packets.next(leftAs(await this.#send(step.value)));
    return this.#arrival(step.value);
  }

  /** Sends the packets that came before, and the line's own; or why what was seen tells nothing. */
  async finish(arrival: Arrival, { over, within }: Pace): Promise<SeenOutcome | string> {
    const { after, flow } = this.#expectation;
    const began = performance.now();
    for (let number = 0; number < (after?.packets ?? 0); number++) {
      await until(began + (over * number) / (after?.packets ?? 1));
      await this.#send(flow === undefined ? earlierArrival(this.#expectation, this.#scene, number) : arrival);
    }
    if (after) await until(began + over);
    const before = await this.#counters();
    const took = performance.now() - began;
    const fate = await this.#send(arrival);
    const [least, most] = within;
    if (after && (took < least || took > most)) return 'this machine was too slow to send its packets in time';
    return { fate, counted: countedBetween(before, await this.#counters(), this.#expectation) };
  }

  #arrival(packet: Parameters<typeof arrivalOf>[0]): Arrival {
    return arrivalOf(packet, this.#expectation.in, this.#expectation, this.#scene);
  }

  async #send(arrival: Arrival): Promise<Fate> {
    const [at, packet] =
      arrival.kind === 'sent' ? [ROUTER, arrival.packet] : [arrival.in, arrival.frame.packet ?? undefined];
    if (!packet) return { kind: 'not judged' };
    this.#sent += 1;
    const [seen = []] = await this.#lab.send([[this.#lab.frame(this.#sent, at, packet.bytes)]]);
    return fateOf(seen, this.#network.sockets);
  }

  /** Packets of each counter; none where the line asks for none. */
  async #counters(): Promise<ReadonlyMap<string, number>> {
    if (this.#expectation.counted.length === 0) return new Map();
    const listing = await this.#lab.exec(['nft', '-j', 'list', 'counters']);
    return PLANES.map(({ readCounters }) => readCounters?.(listing)).find((found) => found !== undefined) ?? new Map();
  }
}

/** The names that the line asks for and that were counted. One without a counter of its own (of rows, say) is not looked at. */
function countedBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  { counted }: Expectation,
): Outcome['counted'] {
  return counted
    .filter((name) => {
      const counters = ['', '_sent', '_received'].map((end) => `${name.replaceAll(/[^A-Za-z0-9]+/g, '_')}${end}`);
      const known = counters.filter((one) => after.has(one));
      return known.length === 0 || known.some((one) => after.get(one) !== before.get(one));
    })
    .map((counter) => ({ counter, packets: 1, bytes: 0 }));
}

function leftAs(fate: Fate): Left | undefined {
  if (fate.kind === 'delivered') return { packet: fate.packet, out: undefined };
  const packet = fate.kind === 'forwarded' ? fate.leaving.packets[0] : undefined;
  return packet === undefined || fate.kind !== 'forwarded' ? undefined : { packet, out: fate.leaving.out };
}

async function until(time: number): Promise<void> {
  const rest = time - performance.now();
  if (rest > 0) await setTimeout(rest);
}
