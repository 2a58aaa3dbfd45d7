/** What the reference says of frames at `mitigate`, and whether it does nothing besides. */
import type { Policy } from '../../compiler/model/index.ts';
import { explore } from '../../compiler/semantics/choices.ts';
import type { Environment, Interface } from '../../compiler/semantics/environment.ts';
import { startJourney } from '../../compiler/semantics/journey.ts';
import { checkFrame } from '../../compiler/semantics/kernel/steps.ts';
import { mitigate } from '../../compiler/semantics/mitigate.ts';
import { decodeFrame, vlanOf, type Frame } from '../../compiler/semantics/packet/frame.ts';
import type { Packet } from '../../compiler/semantics/packet/packet.ts';
import { EMPTY_STATE, type State } from '../../compiler/semantics/state.ts';

export interface Judged {
  /** Whatever the host's free choices are, it drops the frame, and nothing else is different afterwards. */
  readonly dropsPlainly: boolean;
  /** The host takes the frame for damaged, so that no rule decides about it and nothing comes of it. */
  readonly isGone: boolean;
  /** The frame holds a whole packet, whose transport header follows its fixed header at once. */
  readonly isWhole: boolean;
}

/** Judges frames one after another. */
export class MitigationReference {
  readonly #policy: Policy;
  readonly #environment: Environment;
  #state: State = EMPTY_STATE;

  constructor(policy: Policy, interfaces: readonly string[]) {
    this.#policy = policy;
    const known = interfaces.map((name): Interface => ({ name, mtu: 65535, addresses: [] }));
    this.#environment = { interfaces: known, routes: [], sockets: [], zones: policy.targets[0]?.zones };
  }

  /** What the frames so far have left behind. */
  get state(): State {
    return this.#state;
  }

  judge(frame: { readonly in: string; readonly bytes: Uint8Array }): Judged {
    const decoded = decodeFrame(frame.bytes);
    const { packet } = decoded;
    if (!packet) return { dropsPlainly: false, isGone: isCutInTags(decoded), isWhole: false };
    const before = this.#state;
    const walks = explore((choices) => {
      const journey = startJourney({
        policy: this.#policy,
        environment: this.#environment,
        now: 0,
        choices,
        state: before,
        packet,
        in: this.#environment.interfaces.find(({ name }) => name === frame.in),
        vlan: vlanOf(decoded),
        sourceMac: decoded.source,
        destinationMac: decoded.destination,
      });
      const isGone = checkFrame(journey) !== undefined;
      const isDropped = !isGone && mitigate(journey).kind === 'dropped';
      const isPlain = journey.state === before && journey.counted.length === 0 && journey.logs.length === 0;
      return { state: journey.state, dropsPlainly: isDropped && isPlain, isGone };
    });
    this.#state = walks[0]!.state;
    return {
      dropsPlainly: walks.every(({ dropsPlainly }) => dropsPlainly),
      isGone: walks.every(({ isGone }) => isGone),
      isWhole: isWhole(packet),
    };
  }
}

/** The frame ends before it says what it carries: no host knows that. */
function isCutInTags({ etherType, tags }: Frame): boolean {
  return etherType === undefined || (tags.length < 2 && (etherType === 0x8100 || etherType === 0x88a8));
}

/** Bytes of the transport header that a rule may ask about, by protocol. */
const LEAST: ReadonlyMap<number, number> = new Map([
  [6, 20],
  [17, 4],
  [33, 4],
  [132, 4],
  [136, 4],
]);

function isWhole({ wellFormed, family, bytes, fragment, protocol = -1, transportAt }: Packet): boolean {
  const header = family === 4 ? 20 : 40;
  const least = protocol === (family === 4 ? 1 : 58) ? 2 : (LEAST.get(protocol) ?? 0);
  return wellFormed && fragment === undefined && transportAt === header && bytes.length >= header + least;
}
