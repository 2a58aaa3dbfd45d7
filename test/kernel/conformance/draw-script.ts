/** A script for a policy: packets around its edges, and the conversations that follow from them. */
import type { Policy } from '../../../compiler/model/policy.ts';
import { ROUTER } from '../../../cli/lab/observation.ts';
import { encodePacket, type Ipv6Extension, type TcpFlag, type Transport } from '../../../cli/lab/packet.ts';
import { maySend } from './conversation.ts';
import type { Draw } from './draw.ts';
import { edgesOf, type Edges } from './edges.ts';
import { mtuOf, type Network } from './network.ts';
import { framesOf } from './oddities.ts';
import { PacketMaker, type Drawn } from './packets.ts';
import type { Script, Step } from './script.ts';
import { wishFor, type Wish } from './wish.ts';

const AUTHENTICATION = 51;

/** Conversations begin in any of so many rounds. */
const OPENING_ROUNDS = 6;

/** Draws about `length` steps for the policy. */
export function drawScript(policy: Policy, network: Network, draw: Draw, length: number): Script {
  return new ScriptMaker(policy, network, draw).make(length);
}

class ScriptMaker {
  readonly #edges: Edges;
  readonly #network: Network;
  readonly #draw: Draw;
  readonly #packets: PacketMaker;
  readonly #steps: Step[] = [];
  /** Openers, to be met again by others: the same ends, or clashing ones. */
  readonly #openers: Drawn[] = [];
  /** Whether frames meet rules at ingress. */
  readonly #mitigates: boolean;

  constructor(policy: Policy, network: Network, draw: Draw) {
    const edges = edgesOf(policy);
    this.#mitigates = policy.mitigate.length > 0;
    this.#edges = edges;
    this.#network = network;
    this.#draw = draw;
    this.#packets = new PacketMaker(network, edges, draw);
  }

  make(length: number): Script {
    while (this.#steps.length < length) this.#conversation();
    return this.#steps;
  }

  #conversation(): void {
    const draw = this.#draw;
    const { drawn, wish } = this.#opener();
    const round = draw.integer(1, OPENING_ROUNDS);
    const id = this.#packet(drawn, wish, round);
    if (id === undefined || draw.chance(35)) return;
    const isError =
      (drawn.transport.protocol === 'icmp' || drawn.transport.protocol === 'icmpv6') && !isQuery(drawn.transport);
    if (isError) return;
    if (draw.chance(8)) this.#error(id, round + 1);
    if (drawn.transport.protocol === 'tcp') this.#tcp(id, round + 1);
    else this.#exchange(id, round + 1);
  }

  #opener(): { drawn: Drawn; wish: Wish } {
    const draw = this.#draw;
    const former = this.#openers.length > 0 && draw.chance(12) ? draw.pick(this.#openers) : undefined;
    if (former !== undefined) return { drawn: this.#rivalOf(former), wish: {} };
    const place = this.#edges.places.length > 0 && draw.chance(85) ? draw.pick(this.#edges.places) : undefined;
    const wish = place === undefined ? {} : wishFor(place, draw);
    const drawn = this.#packets.make(wish, place?.block ?? 'any');
    this.#openers.push(drawn);
    return { drawn, wish };
  }

  /** The same packet again, or one that wants the same ports at the same far end. */
  #rivalOf(former: Drawn): Drawn {
    if (this.#draw.chance(40) || former.at === ROUTER) return former;
    const { network } = this.#packets.make({ family: former.network.version, in: former.at }, 'any');
    const { source } = network;
    return former.network.version === 4
      ? { ...former, network: { ...former.network, source } }
      : { ...former, network: { ...former.network, source } };
  }

  /** Adds the packet, whole or in fragments; the id of a step whose packet is whole. */
  #packet(drawn: Drawn, wish: Wish, round: number): number | undefined {
    const { at, network, transport } = drawn;
    const draw = this.#draw;
    const id = this.#nextId();
    const bytes = encodePacket(network, transport, id);
    const wanted = wish.fragment !== undefined && wish.fragment > 0;
    const isPlain = at === ROUTER || has(network, 'fragment') || (this.#mitigates && dropsLaterFragments(drawn));
    const mtu = mtuOf(this.#network, at);
    if (isPlain && bytes.length > mtu) return undefined;
    if (!maySend(this.#network, { id, at, bytes })) return undefined;
    const frames = isPlain ? [bytes] : framesOf(bytes, draw.chance(wanted ? 90 : 4), mtu, draw);
    for (const frame of frames) {
      this.#steps.push({ kind: 'packet', id: this.#nextId(), round, at, bytes: Buffer.from(frame).toString('hex') });
    }
    return frames.length === 1 ? this.#steps.length : undefined;
  }

  #nextId(): number {
    return this.#steps.length + 1;
  }

  #tcp(opener: number, round: number): void {
    const draw = this.#draw;
    const accepted = this.#answer(
      opener,
      round,
      draw.chance(85) ? ['syn', 'ack'] : draw.pick<TcpFlag[]>([['rst', 'ack'], ['ack'], ['rst'], ['syn']]),
    );
    if (draw.chance(20)) return;
    const opened = this.#answer(
      accepted,
      round + 1,
      draw.chance(88) ? ['ack'] : draw.pick<TcpFlag[]>([['rst'], ['syn'], ['ack', 'psh']]),
    );
    if (draw.chance(25)) return;
    if (draw.chance(10)) this.#error(opened, round + 2);
    const data = draw.chance(50)
      ? this.#answer(opened, round + 2, ['ack', 'psh'])
      : this.#further(opened, round + 2, ['ack', 'psh']);
    if (draw.chance(50)) return;
    const last = this.#answer(
      data,
      round + 3,
      draw.pick<TcpFlag[]>([['fin', 'ack'], ['rst'], ['ack'], ['rst', 'ack'], ['syn']]),
    );
    if (draw.chance(60)) this.#answer(last, round + 4, draw.pick<TcpFlag[]>([['ack'], ['fin', 'ack'], ['rst']]));
    // The same ends again, when all was over.
    if (draw.chance(40)) this.#further(opener, round + 5, ['syn']);
  }

  #exchange(opener: number, round: number): void {
    const draw = this.#draw;
    const answer = this.#answer(opener, round, []);
    if (draw.chance(12)) this.#error(answer, round + 1);
    if (draw.chance(50)) return;
    const further = draw.chance(50) ? this.#further(opener, round + 1, []) : this.#answer(answer, round + 1, []);
    if (draw.chance(30)) this.#answer(further, round + 2, []);
  }

  #answer(to: number, round: number, flags: readonly TcpFlag[]): number {
    return this.#push({ kind: 'answer', id: this.#nextId(), round, to, flags, payload: this.#payload() });
  }

  #further(to: number, round: number, flags: readonly TcpFlag[]): number {
    return this.#push({ kind: 'further', id: this.#nextId(), round, to, flags, payload: this.#payload() });
  }

  #error(to: number, round: number): void {
    const draw = this.#draw;
    // Numbers of either family; what is an error in one and not in the other is a packet all the same.
    const [type, code] = draw.pick([
      [3, 0],
      [3, 1],
      [3, 3],
      [3, 4],
      [3, 13],
      [11, 0],
      [12, 0],
      [5, 1],
      [1, 0],
      [1, 4],
      [2, 0],
      [4, 1],
    ] as const);
    const from = draw.chance(50)
      ? draw.pick(['203.0.113.66', '10.0.0.77', '2001:db8:ffff::66', '2001:db8:a::77'])
      : undefined;
    const step = {
      kind: 'error',
      id: this.#nextId(),
      round,
      to,
      type,
      code,
      quoted: draw.pick([1200, 28, 48, 60, 20]),
    } as const;
    this.#push(from === undefined ? step : { ...step, from });
  }

  #payload(): number {
    return this.#draw.weighted([6, 0], [3, this.#draw.integer(0, 40)], [1, 1400]);
  }

  #push(step: Step): number {
    this.#steps.push(step);
    return step.id;
  }
}

function isQuery(transport: Transport): boolean {
  return (
    (transport.protocol === 'icmp' && [8, 13, 15, 17].includes(transport.type)) ||
    (transport.protocol === 'icmpv6' && [128, 139].includes(transport.type))
  );
}

/** Whether Linux throws later fragments of the packet away at ingress: their data begins with an extension header. */
function dropsLaterFragments({ network, transport }: Drawn): boolean {
  return has(network, 'destination-options') || (network.version === 6 && transport.protocol === AUTHENTICATION);
}

function has(network: Drawn['network'], extension: Ipv6Extension['kind']): boolean {
  return network.version === 6 && (network.extensions ?? []).some(({ kind }) => kind === extension);
}
