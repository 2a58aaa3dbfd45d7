/** Sends a script through the router and holds every packet's fate against what the reference allows. */
import type { Environment } from '../../../compiler/semantics/environment.ts';
import { evaluate, type Arrival, type Evaluation } from '../../../compiler/semantics/evaluate.ts';
import type { Observation as SeenByReference } from '../../../compiler/semantics/observation.ts';
import { decodeFrame } from '../../../compiler/semantics/packet/frame.ts';
import { decodeIpv6 } from '../../../compiler/semantics/packet/ipv6.ts';
import { decodePacket } from '../../../compiler/semantics/packet/decode.ts';
import { EMPTY_STATE, type State } from '../../../compiler/semantics/state.ts';
import type { Policy } from '../../../compiler/model/policy.ts';
import type { Lab } from '../../../cli/lab/lab.ts';
import { ROUTER, type InjectedFrame, type Observation } from '../../../cli/lab/observation.ts';
import { packetOfFrame } from '../../../cli/lab/packet.ts';
import type { Built } from './build.ts';
import { Classes } from './classes.ts';
import { countersIn, countersOf, differingCounters, type Counts } from './counters.ts';
import { Past, type Sent } from './conversation.ts';
import { environmentOf, type Network } from './network.ts';
import { withRouter } from './router.ts';
import { roundsOf, type Script } from './script.ts';

/** A packet whose fate in the kernel is none of those that the reference allows. */
export interface Difference {
  readonly sent: Sent;
  /** What may have become of it, for each state that the packets before may have led to. */
  readonly allowed: readonly Evaluation[];
  readonly seen: readonly Observation[];
}

/** Whether the kernel and the reference agree about everything that was sent. */
export function agrees({ difference, counters }: RunResult): boolean {
  return difference === undefined && counters.length === 0;
}

export interface RunResult {
  /** The first packet that differs; what comes after it says nothing any more. */
  readonly difference: Difference | undefined;
  /** Everything that was sent up to it, in order. */
  readonly sent: readonly Sent[];
  /** How many packets had their fates compared. */
  readonly compared: number;
  /** How many of them had each kind of fate. */
  readonly fates: ReadonlyMap<string, number>;
  /** Counters that do not stand where the reference's do after the last packet. */
  readonly counters: readonly string[];
}

/** Between two packets of a round, at the very least: enough for a rate that nothing shall reach. */
const MILLISECONDS_A_PACKET = 0.01;

/**
 * More states than this are not followed. Once some were left out, a packet whose fate none of the others allows says
 * nothing, and the comparison ends there.
 */
const MOST_STATES = 32;

/** Sends the script through a router of its own that carries out the policy. */
export function tryPolicy(network: Network, built: Built, script: Script): Promise<RunResult> {
  return withRouter(network, built, (lab) => sendScript(lab, network, built, script));
}

async function sendScript(lab: Lab, network: Network, built: Built, script: Script): Promise<RunResult> {
  const past = new Past(network);
  const comparison = new Comparison(built, environmentOf(network));
  for (const round of roundsOf(script)) {
    const sents = round.flatMap((step) => {
      const packet = past.packetFor(step);
      return packet === undefined ? [] : [packet];
    });
    const frames = sents.map(({ id, at, bytes }) => lab.frame(id, at, bytes));
    const now = Date.now();
    const observations = groupById((await lab.send([frames])).flat());
    for (const [index, sent] of sents.entries()) {
      const seen = observations.get(sent.id) ?? [];
      past.note(sent, seen);
      const difference = comparison.compare(sent, frames[index]!, seen, now + index * MILLISECONDS_A_PACKET);
      if (difference !== undefined) return comparison.result(comparison.isCut ? undefined : difference, []);
    }
  }
  const names = built.policy.tables.map(({ name }) => name);
  return comparison.result(undefined, [
    ...comparison.countersDiffering(await countersOf(lab, names)),
    ...(await comparison.classes.differing(lab)),
  ]);
}

class Comparison {
  readonly classes: Classes;
  readonly #policy: Policy;
  readonly #environment: Environment;
  readonly #hooked: ReadonlySet<string>;
  #states: readonly State[] = [EMPTY_STATE];
  readonly #sent: Sent[] = [];
  #isCut = false;
  #compared = 0;
  readonly #fates = new Map<string, number>();

  constructor(built: Built, environment: Environment) {
    this.classes = new Classes(built);
    this.#policy = built.policy;
    this.#environment = environment;
    this.#hooked = ingressHooks(built.ruleset);
  }

  /** Some of what might have been was left out. */
  get isCut(): boolean {
    return this.#isCut;
  }

  compare(sent: Sent, frame: InjectedFrame, observations: readonly Observation[], now: number): Difference | undefined {
    this.#sent.push(sent);
    const arrival = arrivalOf(frame);
    const seen = asSeen(observations);
    if (this.#isLost(arrival)) {
      this.#compared += 1;
      return observations.length > 0 ? { sent, allowed: [], seen: observations } : undefined;
    }
    const evaluations = this.#states.map((state) => evaluate(this.#policy, this.#environment, state, now, arrival));
    this.classes.note(observations);
    const outcomes = evaluations.flatMap((evaluation) =>
      evaluation.outcomes.filter((outcome) => outcome.accepts(seen) && this.classes.agree(outcome, observations)),
    );
    const [first] = outcomes;
    if (first === undefined) return { sent, allowed: evaluations, seen: observations };
    this.classes.noteArrival(first);
    this.#compared += 1;
    this.#fates.set(first.fate.kind, (this.#fates.get(first.fate.kind) ?? 0) + 1);
    this.#isCut ||= outcomes.length > MOST_STATES;
    this.#states = outcomes.slice(0, MOST_STATES).map((outcome) => outcome.next(seen));
    return undefined;
  }

  /**
   * nft's ingress hook of family inet drops what it cannot follow to a protocol, whatever the rules there say, before it is counted
   * in any class or put together: later fragments behind which an extension header would be, and extension headers that are cut off.
   */
  #isLost(arrival: Arrival): boolean {
    if (arrival.kind !== 'received' || !this.#hooked.has(arrival.in)) return false;
    const { packet } = arrival.frame;
    return packet?.family === 6 && decodeIpv6(packet.bytes, true).protocol === undefined;
  }

  /** The counters that differ from those of every state; the fewest. */
  countersDiffering(seen: Counts): readonly string[] {
    if (this.#isCut) return [];
    const differing = this.#states.map((state) => differingCounters(countersIn(state), seen));
    return differing.toSorted((one, another) => one.length - another.length)[0] ?? [];
  }

  result(difference: Difference | undefined, counters: readonly string[]): RunResult {
    return { difference, counters, sent: this.#sent, compared: this.#compared, fates: this.#fates };
  }
}

/** The interfaces at whose ingress hook a rule set has a chain. */
function ingressHooks(ruleset: string): ReadonlySet<string> {
  const devices = [...ruleset.matchAll(/ hook ingress devices?(?: =)? (?:\{ (.*?) \}|(".*?")) /g)];
  return new Set(
    devices.flatMap(([, several, one = '']) => [...(several ?? one).matchAll(/"(.*?)"/g)].map(([, name = '']) => name)),
  );
}

function arrivalOf(frame: InjectedFrame): Arrival {
  if (frame.interface === ROUTER) return { kind: 'sent', packet: decodePacket(frame.bytes) };
  return { kind: 'received', in: frame.interface, frame: decodeFrame(frame.bytes) };
}

function asSeen(observations: readonly Observation[]): SeenByReference {
  return {
    leaving: observations.flatMap((one) =>
      one.kind === 'delivered' ? [] : [{ out: one.interface, bytes: packetOfFrame(one.bytes), mark: one.mark }],
    ),
    delivered: observations.flatMap((one) => (one.kind === 'delivered' ? [{ bytes: one.bytes, mark: one.mark }] : [])),
  };
}

function groupById(observations: readonly Observation[]): Map<number, Observation[]> {
  const groups = new Map<number, Observation[]>();
  for (const one of observations) {
    const group = groups.get(one.id);
    if (group === undefined) groups.set(one.id, [one]);
    else group.push(one);
  }
  return groups;
}
