/** Datagrams for the limits of sockets, and which of them the reference lets through. */
import type { Program } from '../../../compiler/4-program/program.ts';
import type { Policy } from '../../../compiler/model/index.ts';
import { Choices } from '../../../compiler/semantics/choices.ts';
import { deliver } from '../../../compiler/semantics/dispatch.ts';
import { startJourney } from '../../../compiler/semantics/journey.ts';
import { udpPacket } from '../../../compiler/semantics/packet/build.ts';
import { encodeFrame, frameOf } from '../../../compiler/semantics/packet/frame.ts';
import type { Packet } from '../../../compiler/semantics/packet/packet.ts';
import { UDP } from '../../../compiler/semantics/packet/packet.ts';
import { EMPTY_STATE, type State } from '../../../compiler/semantics/state.ts';
import type { Random } from '../../builders/classbench/packets.ts';
import type { LookedFor, Opened } from './build.ts';
import { drawPackets } from './packets.ts';

/** At most so many; of each end few, so that buckets are asked again and again. */
export function drawDatagrams(program: Program, many: number, random: Random): Packet[] {
  const drawn = drawPackets(program, Math.ceil(many / 8), random).filter(isReceived);
  return Array.from({ length: drawn.length === 0 ? 0 : many }, () => {
    const { sourcePort, destinationPort, ...ends } = drawn[random(drawn.length)]!;
    const payload = new Uint8Array(random(4) === 0 ? random(1400) : random(40));
    return udpPacket(ends, { sourcePort, destinationPort, payload });
  });
}

/** Whether the kernel takes it in from outside, by whatever interface. */
function isReceived({ family, protocol, source, destination }: LookedFor): boolean {
  if (protocol !== UDP) return false;
  if (family === 4) return [source, destination].every((end) => isOrdinary(Number(end >> 24n)));
  // Loopback and IPv4 in IPv6 (RFC 4291), of which none comes in from outside.
  return [source, destination].every((end) => end >> 48n !== 0n && end >> 120n !== 0xffn);
}

/** Not `this` network, loopback, or what is for many (RFC 6890). */
function isOrdinary(upper: number): boolean {
  return upper !== 0 && upper !== 127 && upper < 224;
}

export function bytesOf(packet: Packet): Uint8Array {
  const ETHERNET = 14;
  return encodeFrame(frameOf(packet)).subarray(ETHERNET);
}

/** Gives datagrams to sockets one after another. */
export class SocketReference {
  readonly #policy: Policy;
  readonly #sockets: ReadonlyMap<string, Opened>;
  #state: State = EMPTY_STATE;
  /** How many were dropped for a limit. */
  limited = 0;

  constructor(policy: Policy, sockets: ReadonlyMap<string, Opened>) {
    this.#policy = policy;
    this.#sockets = sockets;
  }

  /** The name of the socket that gets it, or `nobody`. */
  receiver(packet: Packet): string {
    const journey = startJourney({
      policy: this.#policy,
      environment: { interfaces: [], routes: [], sockets: [], zones: undefined },
      now: 0,
      choices: new Choices([]),
      state: this.#state,
      packet,
    });
    const end = deliver(journey);
    if (end?.kind === 'delivered') {
      const isNobodys = end.socket === undefined || this.#sockets.get(end.socket) === 'none';
      // Where nobody is registered, no socket has a limit that could be charged.
      if (!isNobodys) this.#state = journey.state;
      return isNobodys ? 'nobody' : end.socket!;
    }
    this.limited++;
    return 'nobody';
  }
}
