/** Memories: sets that packets write (`remember source in banned`) and rules read. */
import type { MemoryKeyField } from '../model/condition.ts';
import { holdsFamily } from '../model/memory.ts';
import type { Memory } from '../model/policy.ts';
import { isFull } from './bounded.ts';
import { addressField, numberField } from './fields.ts';
import type { Journey } from './journey.ts';
import { PersistentMap } from './persistent-map.ts';

/** The key made of a packet's fields; undefined where the packet lacks one, or the memory is for the other family. */
export function memoryKey(memory: Memory, fields: readonly MemoryKeyField[], journey: Journey): string | undefined {
  if (!holdsFamily(memory, journey.packet.family)) return undefined;
  const parts: string[] = [];
  for (const field of fields) {
    const value =
      field === 'source' || field === 'destination'
        ? addressField(journey, field, 'real')
        : numberField(journey, field);
    if (value === undefined) return undefined;
    parts.push(field === 'source' || field === 'destination' ? addressPart(journey.packet.family, value) : `${value}`);
  }
  return parts.join(' ');
}

/** An address in a key: the families must not be mixed up. */
export function addressPart(family: 4 | 6, value: bigint | number): string {
  return `${family}:${value}`;
}

function entriesOf(journey: Journey, memory: Memory): PersistentMap<string, number> {
  return journey.state.memories.get(memory.name) ?? PersistentMap.empty();
}

/** Whether the key is remembered; where the memory is full, what `when full` says of keys that are not. */
export function memoryHolds(journey: Journey, memory: Memory, key: string): boolean {
  const expires = entriesOf(journey, memory).get(key);
  if (expires !== undefined && expires > journey.now) return true;
  return memory.bounds.whenFull === 'match' && isFull(entriesOf(journey, memory), memory.bounds, journey, (at) => at);
}

/** Remembers a key anew; in a full memory there is no room for one more. */
export function remember(journey: Journey, memory: Memory, key: string, duration: number | undefined): void {
  const entries = entriesOf(journey, memory);
  if (!entries.has(key) && isFull(entries, memory.bounds, journey, (at) => at)) return;
  const lasts = duration ?? memory.timeout;
  const expires = lasts === undefined ? Infinity : journey.now + lasts;
  setEntries(journey, memory, entries.set(key, expires));
}

export function forget(journey: Journey, memory: Memory, key: string): void {
  setEntries(journey, memory, entriesOf(journey, memory).delete(key));
}

function setEntries(journey: Journey, memory: Memory, entries: PersistentMap<string, number>): void {
  journey.state = { ...journey.state, memories: journey.state.memories.set(memory.name, entries) };
}
