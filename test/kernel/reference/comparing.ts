/** Sends traffic through the kernel and holds what becomes of it against what the reference allows. */
import type { Policy } from '../../../compiler/model/policy.ts';
import { CLOCK_SLACK } from '../../../compiler/semantics/choices.ts';
import { evaluate, type Arrival, type Outcome } from '../../../compiler/semantics/evaluate.ts';
import type { Observation } from '../../../compiler/semantics/observation.ts';
import { decodePacket } from '../../../compiler/semantics/packet/decode.ts';
import { decodeFrame } from '../../../compiler/semantics/packet/frame.ts';
import type { Packet } from '../../../compiler/semantics/packet/packet.ts';
import { EMPTY_STATE, type State } from '../../../compiler/semantics/state.ts';
import { describe } from '../../builders/packets.ts';
import { drawWith, type Draw } from '../conformance/draw.ts';
import { environmentOf, labOptions, type Network } from '../conformance/network.ts';
import { Lab, type LabSocket } from '../../../cli/lab/lab.ts';
import { ROUTER, type Observation as LabObservation } from '../../../cli/lab/observation.ts';
import { packetOfFrame, formatPacket } from '../../../cli/lab/packet.ts';
import { Traffic, type Sent } from './traffic.ts';

export interface Comparison {
  /** The first packet whose fate differs, told in full; undefined where none does. */
  readonly difference: string | undefined;
  readonly fates: Readonly<Record<string, number>>;
}

/** The lab, the ruleset loaded into it, and as many packets, drawn with a seed. */
export async function compareTraffic(
  network: Network,
  ruleset: string,
  policy: Policy,
  sysctls: Readonly<Record<string, string>>,
  packets: number,
  seed: number,
  host: Host = {},
): Promise<Comparison> {
  const lab = await Lab.create({ ...labOptions(network), sysctls });
  try {
    await lab.load(ruleset);
    await lab.openSockets(host.sockets ?? []);
    return await new Comparing(lab, network, ruleset, policy, host).run(packets, seed);
  } finally {
    await lab.destroy();
  }
}

/** What a policy asks of its host besides rules. */
export interface Host {
  readonly sockets?: readonly (LabSocket & { readonly name: string })[];
}

class Comparing {
  readonly #lab: Lab;
  readonly #ruleset: string;
  readonly #policy: Policy;
  readonly #network: Network;
  readonly #sockets: readonly string[];
  #state: State = EMPTY_STATE;
  readonly #fates: Record<string, number> = {};
  readonly #told: string[] = [];
  #compared = 0;
  /** Packets that are sent before the reference follows what became of them. */
  #atOnce = 100;

  constructor(lab: Lab, network: Network, ruleset: string, policy: Policy, { sockets = [] }: Host) {
    this.#lab = lab;
    this.#ruleset = ruleset;
    this.#network = network;
    this.#policy = policy;
    this.#sockets = sockets.map(({ name }) => name);
  }

  async run(packets: number, seed: number): Promise<Comparison> {
    for (let round = 0; this.#compared < packets; round++) {
      const now = Date.now();
      // Fresh draws every so many packets: a generator that remembers all it drew gets slow.
      const draws = drawWith(seed * 1000 + round, (draw) => this.#rehearse(draw, now));
      const difference = await this.#compare(draws, now);
      if (difference !== undefined) return { difference, fates: this.#fates };
    }
    return { difference: undefined, fates: this.#fates };
  }

  /** The reference tells what leaves where, to which answers are drawn: the kernel will agree, or the test fails. */
  #rehearse(draw: Draw, now: number): Sent[] {
    const environment = environmentOf(this.#network);
    const traffic = new Traffic(draw);
    let state = this.#state;
    const all: Sent[] = [];
    while (all.length < this.#atOnce) {
      for (const sent of traffic.next()) {
        if (sent.bytes.length > mtuOf(this.#network, sent.in)) continue;
        const [outcome] = evaluate(this.#policy, environment, state, now, this.#arrival(sent)).outcomes;
        if (outcome === undefined) throw new Error('no outcome');
        // Whether a flow is forgotten just now is the kernel's clock's affair, and may never show: such packets are not sent.
        if (outcome.leftToClock) continue;
        state = outcome.state;
        all.push(sent);
        if (outcome.fate.kind === 'delivered') traffic.note(ROUTER, outcome.fate.packet);
        if (outcome.fate.kind !== 'forwarded') continue;
        const { out, packets } = outcome.fate.leaving;
        if (packets.length === 1 && packets[0] !== undefined) traffic.note(out, packets[0]);
      }
    }
    return all;
  }

  async #compare(sents: readonly Sent[], now: number): Promise<string | undefined> {
    const environment = environmentOf(this.#network);
    const frames = sents.map((sent, id) => this.#lab.frame(id, sent.in, sent.bytes));
    const observations = (await this.#lab.send([frames])).flat();
    // So slowly that the clock may have decided after all: it says nothing.
    if (Date.now() - now > CLOCK_SLACK / 2) {
      this.#atOnce = Math.ceil(this.#atOnce / 2);
      return this.#startAfresh();
    }
    for (const [id, sent] of sents.entries()) {
      const mine = observations.filter((one) => one.id === id && !isAboutTime(one, sent));
      const seen: Observation = {
        leaving: mine.flatMap((one) =>
          one.kind === 'delivered' ? [] : [{ out: one.interface, bytes: packetOfFrame(one.bytes), mark: one.mark }],
        ),
        delivered: mine.flatMap((one) => {
          if (one.kind !== 'delivered') return [];
          const { bytes, mark, socket } = one;
          return [{ bytes, mark, socket: socket === undefined ? undefined : this.#sockets[socket] }];
        }),
      };
      const { outcomes } = evaluate(this.#policy, environment, this.#state, now, this.#arrival(sent));
      const fitting = outcomes.filter((one) => one.accepts(seen));
      const [outcome] = fitting;
      this.#told.push(
        `${sent.in} ${formatPacket(sent.bytes)} : ${outcome ? describe(outcome.fate) : '?'} ${outcome?.tracking ?? ''}`,
      );
      if (outcome === undefined) return this.#tell(sent, seen, outcomes);
      // Not foreseen, for a number that the kernel chose made what came before another flow.
      if (fitting.length > 1 && outcome.leftToClock) return this.#startAfresh();
      this.#compared += 1;
      this.#fates[outcome.fate.kind] = (this.#fates[outcome.fate.kind] ?? 0) + 1;
      this.#state = outcome.next(seen);
    }
    return undefined;
  }

  /** The kernel and the reference forget all that they know. */
  async #startAfresh(): Promise<undefined> {
    await this.#lab.flush();
    await this.#lab.load(this.#ruleset);
    this.#state = EMPTY_STATE;
  }

  #arrival(sent: Sent): Arrival {
    if (sent.in === ROUTER) return { kind: 'sent', packet: decodePacket(sent.bytes) };
    return { kind: 'received', in: sent.in, frame: decodeFrame(this.#lab.frame(0, sent.in, sent.bytes).bytes) };
  }

  #tell(sent: Sent, seen: Observation, outcomes: readonly Outcome[]): string {
    const ends = formatPacket(sent.bytes).split(' ').slice(1, 4);
    const related = this.#told
      .filter((line) => [ends[0], ends[2]].every((end) => line.includes(` ${end} `)))
      .slice(-30);
    return [
      `sent at ${sent.in}: ${formatPacket(sent.bytes)} ${Buffer.from(sent.bytes).toString('hex')}`,
      `kernel: ${[...seen.leaving.map(({ out, bytes, mark }) => `${out} ${formatPacket(bytes)} mark ${mark} ${Buffer.from(bytes).toString('hex')}`), ...seen.delivered.map(({ bytes }) => `delivered ${formatPacket(bytes)}`)].join('; ') || 'nothing'}`,
      ...outcomes.map(
        ({ fate, spoke, tracking }) =>
          `reference: ${describe(fate)} (${tracking}; ${spoke.map(({ block, did }) => `${block}: ${did}`).join(', ')}) ${hexOf(fate)}`,
      ),
      ...related,
    ].join('\n');
  }
}

const REASSEMBLY_TIME_EXCEEDED = 1;
const TIME_EXCEEDED = { 4: 11, 6: 3 } as const;

/** Half a minute after a fragment for the router whose packet stays incomplete, it says so, whatever is sent then. */
function isAboutTime(one: LabObservation, sent: Sent): boolean {
  if (one.kind === 'delivered') return false;
  const packet = decodePacket(packetOfFrame(one.bytes));
  const isSo = ({ family, icmp }: Packet) =>
    icmp?.type === TIME_EXCEEDED[family] && icmp.code === REASSEMBLY_TIME_EXCEEDED;
  return isSo(packet) && !isSo(decodePacket(sent.bytes));
}

function hexOf(fate: Outcome['fate']): string {
  const packets =
    fate.kind === 'forwarded' ? fate.leaving.packets : fate.kind === 'rejected' ? (fate.answer?.packets ?? []) : [];
  return packets.map(({ bytes }) => Buffer.from(bytes).toString('hex')).join(' ');
}

function mtuOf(network: Network, name: string): number {
  return network.interfaces.find((one) => one.name === name)?.mtu ?? 1500;
}
