/** What a NIC may drop: what the host behind it drops without a word, wherever its routes lead. */
import type { Policy } from '../../compiler/model/index.ts';
import type { Environment, Interface, InterfaceAddress, Route } from '../../compiler/semantics/environment.ts';
import { evaluate, type Outcome } from '../../compiler/semantics/evaluate.ts';
import type { Fate } from '../../compiler/semantics/fate.ts';
import { decodeFrame, type Frame } from '../../compiler/semantics/packet/frame.ts';
import type { State } from '../../compiler/semantics/state.ts';
import { parseIpv4, parseIpv6 } from '../../compiler/net/address.ts';
import { MitigationReference, type Judged } from './mitigation-reference.ts';

/** Reckoned when it is asked. */
export interface NicJudged extends Judged {
  /** Nothing is different behind it, whichever the routes, and whether or not the host has interfaces for its VLANs. */
  readonly isSilent: boolean;
  /** A filter of the host drops it as well where it is for this host as where it goes on by an interface. */
  readonly isForbidden: boolean;
}

/** Judges frames one after another. */
export class NicReference {
  readonly #mitigation: MitigationReference;
  readonly #policy: Policy;
  readonly #interfaces: readonly string[];

  constructor(policy: Policy, interfaces: readonly string[]) {
    this.#mitigation = new MitigationReference(policy, interfaces);
    this.#policy = policy;
    this.#interfaces = interfaces;
  }

  judge(frame: { readonly in: string; readonly bytes: Uint8Array }): NicJudged {
    const before = this.#mitigation.state;
    const judged = this.#mitigation.judge(frame);
    let known: readonly Outcome[] | undefined;
    const outcomes = () => (known ??= this.#outcomes(frame, before));
    const isOfFilter = (hook: string) =>
      outcomes().some(({ fate }) => fate.kind === 'gone' && fate.why === `filter ${hook}`);
    return {
      ...judged,
      get isSilent() {
        return judged.dropsPlainly || judged.isGone || outcomes().every((outcome) => isSilent(outcome, before));
      },
      get isForbidden() {
        return isOfFilter('input') && isOfFilter('forward');
      },
    };
  }

  #outcomes({ in: name, bytes }: { readonly in: string; readonly bytes: Uint8Array }, before: State): Outcome[] {
    const [target] = this.#policy.targets;
    return arrivalsOf(name, decodeFrame(bytes)).flatMap((arrival) =>
      environmentsFor(arrival, this.#interfaces, target?.defaultRoute === true).flatMap((environment) => {
        const received = { kind: 'received', in: arrival.at.name, frame: arrival.frame } as const;
        return evaluate(this.#policy, { ...environment, zones: target?.zones }, before, 0, received).outcomes;
      }),
    );
  }
}

function isSilent({ fate, counted, logs, state }: Outcome, before: State): boolean {
  return isSilentEnd(fate) && counted.length === 0 && logs.length === 0 && state === before;
}

/** A refusal of the host's own is silent where it gets no answer. */
function isSilentEnd(fate: Fate): boolean {
  return fate.kind === 'gone' || (fate.kind === 'rejected' && fate.by === 'host' && fate.answer === undefined);
}

interface ArrivalAt {
  readonly at: Omit<Interface, 'mtu' | 'addresses'>;
  readonly frame: Frame;
}

/** As the frame is, and by an interface for its outer VLAN, or for both. */
function arrivalsOf(name: string, frame: Frame): readonly ArrivalAt[] {
  const arrivals: ArrivalAt[] = [{ at: { name }, frame }];
  frame.tags.forEach(({ control }, at) => {
    const vlan = control & 0xfff;
    const parent = arrivals.at(-1)!.at.name;
    arrivals.push({
      at: { name: `${parent}.${vlan}`, vlanOf: { parent, vlan } },
      frame: { ...frame, tags: frame.tags.slice(at + 1) },
    });
  });
  return arrivals;
}

const WIDE = 65_535;
const LEAST_MTU = { 4: 68, 6: 1280 } as const;
const ELSEWHERE = 'elsewhere0';

/** The packet's destination is this host, behind each interface, thrown away, or (without a default route) nowhere. */
function environmentsFor(
  { at, frame: { packet } }: ArrivalAt,
  names: readonly string[],
  defaultRoute: boolean,
): readonly Environment[] {
  const { family = 4, destination = 0n } = packet ?? {};
  const interfacesWith = (mtu: number): Interface[] => {
    const others = [...names.filter((name) => name !== at.name), ELSEWHERE].map((name) => ({ name }));
    return [at, ...others].map((own, number) => ({ ...own, mtu, addresses: addressesOf(number) }));
  };
  const wide = interfacesWith(WIDE);
  const way = (kind: Route['kind'], out?: string): Route[] => [
    ...[4, 6].map((of): Route => ({ family: of as 4 | 6, network: 0n, length: 0, kind: 'unicast', out: at.name })),
    { family, network: destination, length: family === 4 ? 32 : 128, kind, out },
  ];
  const environment = (interfaces: readonly Interface[], routes: readonly Route[]): Environment => ({
    interfaces,
    routes,
    sockets: [],
    groups: [{ family, value: destination, in: at.name }],
  });
  return [
    environment(wide, way('local')),
    environment(wide, way('blackhole')),
    ...wide.map(({ name }) => environment(wide, way('unicast', name))),
    ...wide.slice(0, 2).map(({ name }) => environment(interfacesWith(LEAST_MTU[family]), way('unicast', name))),
    ...(defaultRoute ? [] : (['unreachable', 'prohibit'] as const).map((kind) => environment(wide, way(kind)))),
  ];
}

function addressesOf(number: number): InterfaceAddress[] {
  return [
    { family: 4, value: BigInt(parseIpv4(`100.64.${number}.1`)!), length: 24 },
    { family: 6, value: parseIpv6(`2001:db8:fff${number}::1`)!, length: 64 },
    { family: 6, value: parseIpv6('fe80::1')!, length: 64 },
  ];
}
