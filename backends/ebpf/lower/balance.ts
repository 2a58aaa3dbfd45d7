/**
 * `balance` blocks as data: rules that lead a packet to its service, the services, and their backends. The Maglev tables
 * themselves are made by the loader, which makes them anew when a backend goes down, comes back or weighs more or less.
 */
import type { Balance } from '../../../compiler/model/index.ts';
import { backendsIn, type PoolBackend } from '../../../compiler/model/pool.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { FRAGMENT, widthOf } from '../fields.ts';
import type { Backend, Balancing, FlowMemory, ListedRule, Pool, Service } from '../tree.ts';
import { BucketNames } from './bucket-names.ts';
import type { TableAtom } from './conditions.ts';
import { isForward } from './forward.ts';
import { hashOf } from './hash.ts';
import { sourcesOf } from './outer-sources.ts';

/** An entry of a Maglev table is a number of 16 bits, of which the last stands for none. */
export const MOST_BACKENDS = 65_535;
/** In the tables of all services. */
export const MOST_ENTRIES = 2 ** 28;
/** In the memories of all services: the kernel sets some 150 bytes aside for each. */
export const MOST_FLOWS = 2 ** 24;

/** What may become of a packet for a service, each with a counter of its own; in the order of `enum balance_outcome`. */
const OUTCOMES = ['sent', 'without backend', 'too long', 'without way'] as const;

export interface LoweredBalances {
  readonly balancing: Balancing;
  readonly rules: readonly ListedRule[];
  /** Names of counters, whose numbers begin with `firstCounter`. */
  readonly counters: readonly string[];
}

export function lowerBalances(balances: readonly Balance[], firstCounter: number): LoweredBalances {
  const services: Service[] = [];
  const backends: Backend[] = [];
  const memories: FlowMemory[] = [];
  const names = new BucketNames();
  let entries = 0;
  for (const balance of balances) {
    const { forward } = balance;
    if (!isForward(forward)) throw new Error(`XDP has been given \`forward ${forward}\`, which it refuses`);
    const all = backendsIn(balance);
    const poolOf = (members: readonly PoolBackend[]): Pool => {
      const pool = { firstEntry: entries, entries: balance.tableSize, firstBackend: backends.length };
      entries += balance.tableSize;
      backends.push(...members.map((member) => backendOf(member, balance)));
      return { ...pool, backends: members.length };
    };
    // Without a header of its own, a packet gets to a machine of its family only.
    const isOfOneFamily = forward === 'direct';
    const ipv4 = poolOf(isOfOneFamily ? all.filter(({ family }) => family === 4) : all);
    const ipv6 = isOfOneFamily ? poolOf(all.filter(({ family }) => family === 6)) : ipv4;
    const firstOutcome = firstCounter + services.length * OUTCOMES.length;
    const { name, origin, hashOn, fragmentsOn, localFirst } = balance;
    const memory = balance.rememberFlows === undefined ? undefined : memories.length;
    if (balance.rememberFlows !== undefined) memories.push(memoryOf(balance, balance.rememberFlows, names));
    const pools = [ipv4, ipv6] as const;
    const hashed = { hashOn, fragmentsOn };
    services.push({ name, origin, pools, forward, ...hashed, firstCounter: firstOutcome, memory, localFirst });
  }
  return {
    balancing: { services, backends, memories, entries },
    rules: balances.flatMap(rulesOf),
    counters: balances.flatMap(({ name }) => OUTCOMES.map((outcome) => `balance ${name} ${outcome}`)),
  };
}

function backendOf({ family, address, weight, name }: PoolBackend, balance: Balance): Backend {
  const source = balance.from && sourcesOf(balance.from)[family];
  return {
    family,
    address,
    weight,
    source: typeof source === 'bigint' ? source : undefined,
    identity: hashOf(`${balance.name} ${name}`),
  };
}

/** What is hashed is what a flow is known by. */
function memoryOf({ name, hashOn, fragmentsOn }: Balance, flows: number, names: BucketNames): FlowMemory {
  return { name: names.nameFor(name), flows, identity: hashOf(`${name} ${hashOn} ${fragmentsOn.join(' ')} ${flows}`) };
}

/** Which packets a service is for: of each family those with a port that it has, and fragments of its protocols. */
function rulesOf({ origin, addresses, services }: Balance, service: number): ListedRule[] {
  const wanted = [...services.numberIntervals()];
  const fragments = wanted.map(([low, high]) => [FRAGMENT + (low >> 16), FRAGMENT + (high >> 16)] as const);
  const width = widthOf('balanced', undefined);
  const balanced: TableAtom = {
    negated: false,
    test: { kind: 'number', field: 'balanced', in: IntervalSet.fromIntervals(width, [...wanted, ...fragments]) },
  };
  return ([4, 6] as const).flatMap((family): ListedRule[] => {
    const own = family === 4 ? addresses.ipv4 : addresses.ipv6;
    if (own.isEmpty()) return [];
    const destination: TableAtom = {
      negated: false,
      test: { kind: 'address', field: 'destination', view: 'real', family, in: own },
    };
    const action = { kind: 'balance', service } as const;
    return [{ origin, atoms: [destination, balanced], conditions: [], counts: [], action }];
  });
}
