/** `over N connections per KEY`: how many tracked flows with the same key this statement has seen, this one included. */
import type { Gate } from '../model/condition.ts';
import { isFull } from './bounded.ts';
import { flowOf, type Journey } from './journey.ts';
import { flowNumbered } from './kernel/expiry.ts';
import { bucketKey } from './limits.ts';
import { PersistentMap } from './persistent-map.ts';

export type ConnectionsGate = Extract<Gate, { readonly kind: 'connections' }>;

export function connectionsHold(gate: ConnectionsGate, journey: Journey): boolean {
  const key = bucketKey(gate, journey);
  const flow = flowOf(journey);
  if (key === undefined || flow === undefined) return false;
  const counts = journey.state.connections.get(gate.limiter) ?? PersistentMap.empty<string, readonly number[]>();
  const known = counts.get(key);
  if (
    known === undefined &&
    isFull(counts, gate.bounds, journey, (ids) => (ids.some((id) => isOpen(journey, id)) ? Infinity : 0))
  ) {
    return gate.bounds.whenFull === 'match';
  }
  const open = (known ?? []).filter((id) => id !== flow.id && isOpen(journey, id));
  const now = [...open, flow.id];
  journey.state = {
    ...journey.state,
    connections: journey.state.connections.set(gate.limiter, counts.set(key, now)),
    // A flow that is not let through leaves its number here: no other flow may get it.
    nextFlow: Math.max(journey.state.nextFlow, flow.id + 1),
  };
  return gate.sense === 'over' ? now.length > gate.count : now.length <= gate.count;
}

/** Tracked, and not a TCP connection that only lingers. */
function isOpen(journey: Journey, id: number): boolean {
  const flow = flowNumbered(journey, id);
  return flow !== undefined && flow.tcp?.state !== 'time wait' && flow.tcp?.state !== 'closed';
}
