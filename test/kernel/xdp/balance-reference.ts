/** What the reference says of frames at `mitigate` and `balance`, and what they are to look like then. */
import type { Balance, Policy } from '../../../compiler/model/index.ts';
import { columnOf } from '../../../compiler/model/table.ts';
import type { AddressSet } from '../../../compiler/net/address-set.ts';
import { balance } from '../../../compiler/semantics/balance.ts';
import { balanceEntry } from '../../../compiler/semantics/balance-key.ts';
import { prefixAt } from '../../../compiler/model/cells.ts';
import { Choices } from '../../../compiler/semantics/choices.ts';
import type { Environment, ListeningSocket } from '../../../compiler/semantics/environment.ts';
import { startJourney, type Journey } from '../../../compiler/semantics/journey.ts';
import { checkFrame, receive } from '../../../compiler/semantics/kernel/steps.ts';
import { mitigate } from '../../../compiler/semantics/mitigate.ts';
import { decodeFrame, vlanOf, type Frame } from '../../../compiler/semantics/packet/frame.ts';
import type { Packet } from '../../../compiler/semantics/packet/packet.ts';
import { EMPTY_STATE, type State } from '../../../compiler/semantics/state.ts';
import { MACS, wayTo } from './balance-network.ts';
import type { ArrivingFrame } from './frames.ts';
import { linkHeader, macBytes, outerHeaders, sameLink, sourceOf, type Outer } from './outer-headers.ts';

/** What the program does with a frame. */
export interface Expected {
  readonly verdict: 'drop' | 'pass' | 'back' | 'other interface';
  readonly bytes: Uint8Array;
}

/** As `sluice-load stats` calls them. */
type Outcome = 'sent' | 'without backend' | 'too long' | 'without way';

export interface Circumstances {
  /** Backends that are. */
  readonly down?: AddressSet;
  /** Of the balancer's own. */
  readonly sockets?: readonly ListeningSocket[];
  /** What it remembers of flows, and has counted, goes on. */
  readonly earlier?: BalanceReference | undefined;
}

export class BalanceReference {
  readonly #policy: Policy;
  readonly #environment: Environment;
  readonly #counted = new Map<string, { packets: number; bytes: number }>();
  #state: State = EMPTY_STATE;

  constructor(policy: Policy, interfaces: readonly string[], { down, sockets = [], earlier }: Circumstances = {}) {
    this.#policy = policy;
    if (earlier) this.#state = earlier.#state;
    const known = interfaces.map((name) => {
      const mac = macBytes(MACS[name]!).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
      return { name, mtu: 65535, addresses: [], mac };
    });
    this.#environment = { interfaces: known, routes: [], sockets, zones: policy.targets[0]?.zones, down };
  }

  /** How many packets of all services had this outcome. */
  total(outcome: Outcome): number {
    return [...this.#counted].reduce((sum, [name, { packets }]) => sum + (name.endsWith(outcome) ? packets : 0), 0);
  }

  /** `counter: N packets, N bytes` for each that has counted, those of `mitigate` among them. */
  get counters(): string[] {
    return [...this.#state.counters.entries(), ...this.#counted]
      .map(([name, { packets, bytes }]) => `${name}: ${packets} packets, ${bytes} bytes`)
      .toSorted();
  }

  judge(frame: ArrivingFrame): Expected {
    const decoded = decodeFrame(frame.bytes);
    const { packet } = decoded;
    const as = (verdict: Expected['verdict']): Expected => ({ verdict, bytes: frame.bytes });
    if (!packet) return as('pass');
    const journey = startJourney({
      policy: this.#policy,
      environment: this.#environment,
      now: 0,
      choices: new Choices([]),
      state: this.#state,
      packet,
      in: this.#environment.interfaces.find(({ name }) => name === frame.in),
      vlan: vlanOf(decoded),
      sourceMac: decoded.source,
      destinationMac: decoded.destination,
    });
    if (checkFrame(journey) !== undefined) return as('pass');
    const isDropped = mitigate(journey).kind === 'dropped';
    this.#state = journey.state;
    if (isDropped) return as('drop');
    // What the host itself refuses, the program leaves to it.
    if (receive(journey) !== undefined) return as('pass');
    return this.#balanced(frame, decoded, packet, journey);
  }

  #balanced(frame: ArrivingFrame, decoded: Frame, packet: Packet, journey: Journey): Expected {
    const end = balance(journey);
    this.#state = journey.state;
    if (end === undefined) return { verdict: 'pass', bytes: frame.bytes };
    if (end.kind === 'gone') {
      return this.#dropped(frame, packet, /^no backend of (.*) is alive$/.exec(end.why)![1]!, 'without backend');
    }
    if (end.kind !== 'encapsulated' || end.by === 'gue') throw new Error(`balance ended as ${end.kind}`);
    const block = this.#policy.balances.find(({ origin }) => origin === journey.spoke.at(-1)!.origin)!;
    const family = familyOf(block, end.backend);
    const way = wayTo(family, end.backend);
    const isDirect = end.by === 'direct';
    if (way.kind === 'none' || (isDirect && way.isOnLink !== true)) {
      return this.#dropped(frame, packet, block.name, 'without way');
    }
    const outer: Outer = {
      by: end.by,
      family,
      source: outerSource(block, family, way.source),
      destination: end.backend,
      trafficClass: trafficClassOf(packet),
      flowLabel: balanceEntry({ ...block, tableSize: 2 ** 32 }, packet)! & 0xfffff,
      innerFamily: packet.family,
      innerLength: packet.length,
    };
    const headers = outerHeaders(outer);
    if (packet.length + headers.length > way.mtu) return this.#dropped(frame, packet, block.name, 'too long');
    this.#count(block.name, 'sent', packet);
    const at = 14 + 4 * decoded.tags.length;
    const link = frame.bytes.subarray(0, at);
    const carriedFamily = isDirect ? packet.family : family;
    const newLink =
      way.kind === 'stack' ? sameLink(link, family) : linkHeader(way.mac!, MACS[way.out!]!, carriedFamily);
    const bytes = Buffer.concat([newLink, headers, frame.bytes.subarray(at)]);
    return { verdict: way.kind === 'stack' ? 'pass' : way.out === frame.in ? 'back' : 'other interface', bytes };
  }

  #dropped(frame: ArrivingFrame, packet: Packet, name: string, outcome: Outcome): Expected {
    this.#count(name, outcome, packet);
    return { verdict: 'drop', bytes: frame.bytes };
  }

  #count(name: string, outcome: Outcome, { length }: Packet): void {
    const key = `balance ${name} ${outcome}`;
    const { packets, bytes } = this.#counted.get(key) ?? { packets: 0, bytes: 0 };
    this.#counted.set(key, { packets: packets + 1, bytes: bytes + length });
  }
}

/** The reference names a backend by its number alone; which family it is of, the pool says. */
function familyOf({ pool, addressColumn }: Balance, address: bigint): 4 | 6 {
  const column = columnOf(pool, addressColumn)!;
  for (let row = 0; row < pool.rowCount; row++) {
    const at = prefixAt(column, row);
    if (at?.value === address) return at.family;
  }
  throw new Error(`no backend ${address}`);
}

function outerSource({ from, forward }: Balance, family: 4 | 6, kernels: string | undefined): bigint {
  if (forward === 'direct') return 0n;
  if (!from) return sourceOf(kernels);
  return BigInt((family === 4 ? from.ipv4 : from.ipv6).lowAt(0));
}

function trafficClassOf({ family, bytes }: Packet): number {
  return family === 4 ? bytes[1]! : ((bytes[0]! & 0x0f) << 4) | (bytes[1]! >> 4);
}
