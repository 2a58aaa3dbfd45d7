/** What earlier packets left behind. A state never changes; each packet leads from one to the next. */
import type { CountedFlow } from './connections.ts';
import type { Flow, TupleOwner } from './flows.ts';
import type { Reassembly } from './kernel/reassembly.ts';
import { PersistentMap } from './persistent-map.ts';

export interface Count {
  readonly packets: number;
  readonly bytes: number;
}

export interface State {
  readonly flows: PersistentMap<number, Flow>;
  /** Both tuples of every flow, by their keys. */
  readonly tuples: PersistentMap<string, TupleOwner>;
  /** The flows that one end (address and port) has opened, the newest first: their source translations are used again. */
  readonly flowsBySource: PersistentMap<string, readonly number[]>;
  readonly nextFlow: number;
  /** Theoretical arrival times by bucket, for each limiter; see limits.ts for the unit. */
  readonly buckets: PersistentMap<string, PersistentMap<string, bigint>>;
  /** The flows counted under each key, for each limiter of connections. */
  readonly connections: PersistentMap<string, PersistentMap<string, readonly CountedFlow[]>>;
  /** When each entry of a memory is forgotten, in milliseconds. */
  readonly memories: PersistentMap<string, PersistentMap<string, number>>;
  readonly counters: PersistentMap<string, Count>;
  /** Fragments that wait for the rest of their packet. */
  readonly reassemblies: PersistentMap<string, Reassembly>;
  /** The backend that a load balancer gave a flow. */
  readonly balanced: PersistentMap<string, number>;
}

/** Nothing has been seen yet. */
export const EMPTY_STATE: State = {
  flows: PersistentMap.empty(),
  tuples: PersistentMap.empty(),
  flowsBySource: PersistentMap.empty(),
  nextFlow: 1,
  buckets: PersistentMap.empty(),
  connections: PersistentMap.empty(),
  memories: PersistentMap.empty(),
  counters: PersistentMap.empty(),
  reassemblies: PersistentMap.empty(),
  balanced: PersistentMap.empty(),
};
