/** `over N connections per KEY`: how many tracked flows with the same key this statement has seen, this one included. */
import type { Gate } from '../model/condition.ts';
import { isFull } from './bounded.ts';
import { flowOf, type Journey } from './journey.ts';
import { flowNumbered } from './kernel/expiry.ts';
import { bucketKey, tableOf } from './limits.ts';
import { PersistentMap } from './persistent-map.ts';

export type ConnectionsGate = Extract<Gate, { readonly kind: 'connections' }>;

/** A flow that a limiter has counted, and when (milliseconds). */
export interface CountedFlow {
  readonly id: number;
  readonly at: number;
}

/** Linux forgets a flow that was counted and then not let through a few ticks later (nf_conncount): so long at most. */
const LINGERS = 100;

export function connectionsHold(gate: ConnectionsGate, journey: Journey): boolean {
  const key = bucketKey(gate, journey);
  const flow = flowOf(journey);
  if (key === undefined || flow === undefined) return false;
  const table = tableOf(gate, journey);
  const counts = journey.state.connections.get(table) ?? PersistentMap.empty<string, readonly CountedFlow[]>();
  const known = counts.get(key);
  if (
    known === undefined &&
    isFull(counts, gate.bounds, journey, (flows) => (flows.some(({ id }) => isOpen(journey, id)) ? Infinity : 0))
  ) {
    return gate.bounds.whenFull === 'match';
  }
  const others = (known ?? []).filter(({ id }) => id !== flow.id);
  const open = others.filter(({ id }) => isOpen(journey, id));
  const refused = others.filter(({ id, at }) => !journey.state.flows.has(id) && journey.now - at < LINGERS);
  const counted = [...open, ...refused, { id: flow.id, at: journey.now }];
  journey.state = {
    ...journey.state,
    connections: journey.state.connections.set(table, counts.set(key, counted)),
    // A flow that is not let through leaves its number here: no other flow may get it.
    nextFlow: Math.max(journey.state.nextFlow, flow.id + 1),
  };
  const isCertain = open.length + 1 > gate.count;
  const isOver = isCertain || (counted.length > gate.count && !journey.choices.either());
  return isOver === (gate.sense === 'over');
}

/** Tracked, and not a TCP connection that only lingers. */
function isOpen(journey: Journey, id: number): boolean {
  const flow = flowNumbered(journey, id);
  return flow !== undefined && flow.tcp?.state !== 'time wait' && flow.tcp?.state !== 'closed';
}
