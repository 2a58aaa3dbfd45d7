/** What the reference says of frames at `mitigate`: the two steps of a packet's path that come before all else. */
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import type { Policy } from '../../../compiler/model/index.ts';
import { explore } from '../../../compiler/semantics/choices.ts';
import type { Environment, Interface } from '../../../compiler/semantics/environment.ts';
import { startJourney, type Journey } from '../../../compiler/semantics/journey.ts';
import { checkFrame } from '../../../compiler/semantics/kernel/steps.ts';
import { mitigate } from '../../../compiler/semantics/mitigate.ts';
import { decodeFrame, vlanOf } from '../../../compiler/semantics/packet/frame.ts';
import { EMPTY_STATE, type State } from '../../../compiler/semantics/state.ts';
import type { ArrivingFrame } from './frames.ts';

/** Judges frames one after another. What is malformed passes: the kernel throws it away behind XDP. */
export class Reference {
  readonly #policy: Policy;
  readonly #environment: Environment;
  #state: State = EMPTY_STATE;
  #hasDrawnLots = false;
  #spoken = 0;

  constructor(policy: Policy, interfaces: readonly string[]) {
    this.#policy = policy;
    const known = interfaces.map((name): Interface => ({ name, mtu: 65535, addresses: [] }));
    const [target] = policy.targets;
    this.#environment = { interfaces: known, routes: [], sockets: [], zones: target?.zones };
  }

  /** Whether a sample was drawn, by which counters may differ. */
  get hasDrawnLots(): boolean {
    return this.#hasDrawnLots;
  }

  /** How many frames met a rule. */
  get spoken(): number {
    return this.#spoken;
  }

  /** `counter: N packets, N bytes` for each that has counted, in the order of names. */
  get counters(): string[] {
    return [...this.#state.counters.entries()]
      .map(([name, { packets, bytes }]) => `${withAddress(name)}: ${packets} packets, ${bytes} bytes`)
      .toSorted();
  }

  /** What may be said of a frame; two things where a sample is drawn. The state goes on as if every sample were drawn. */
  judge(frame: ArrivingFrame): ReadonlySet<string> {
    const decoded = decodeFrame(frame.bytes);
    const { packet } = decoded;
    if (!packet) return new Set(['pass']);
    const walks = explore((choices) => {
      const journey = startJourney({
        policy: this.#policy,
        environment: this.#environment,
        now: 0,
        choices,
        state: this.#state,
        packet,
        in: this.#environment.interfaces.find(({ name }) => name === frame.in),
        vlan: vlanOf(decoded),
        sourceMac: decoded.source,
        destinationMac: decoded.destination,
      });
      return { journey, verdict: verdictOf(journey) };
    });
    this.#hasDrawnLots ||= walks.length > 1;
    if (walks[0]!.journey.spoke.length > 0) this.#spoken++;
    this.#state = walks[0]!.journey.state;
    return new Set(walks.map(({ verdict }) => verdict));
  }
}

/** A counter of a row with an address as people write it: the reference has it as a number. */
function withAddress(name: string): string {
  return name.replace(/=(\d+)\/(\d+)/, (_, value: string, length: string) => {
    const isIpv4 = BigInt(value) < 1n << 32n;
    const address = isIpv4 ? formatIpv4(Number(value)) : formatIpv6(BigInt(value));
    return `=${address}${Number(length) === (isIpv4 ? 32 : 128) ? '' : `/${length}`}`;
  });
}

function verdictOf(journey: Journey): string {
  if (checkFrame(journey) !== undefined) return 'pass';
  return mitigate(journey).kind === 'dropped' ? 'drop' : 'pass';
}
