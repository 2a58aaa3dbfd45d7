/** Memories: sets that packets write (`remember source in banned`) and rules read. */
import type { MemoryKeyField } from '../model/condition.ts';
import { holdsFamily } from '../model/memory.ts';
import type { Memory } from '../model/policy.ts';
import { isFull, tableName } from './bounded.ts';
import { addressField, numberField } from './fields.ts';
import type { Journey } from './journey.ts';
import { PersistentMap } from './persistent-map.ts';

/** The end of what was never remembered: before any time, those before 1970 among them. */
const NEVER = -Infinity;

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

/** The table in which the keys of packets of a family are. */
export function memoryTable(memory: Memory, family: 4 | 6): string {
  return tableName(
    memory.name,
    memory.columns.some(({ type }) => 'family' in type),
    family,
  );
}

function entriesOf(journey: Journey, memory: Memory): PersistentMap<string, number> {
  return journey.state.memories.get(memoryTable(memory, journey.packet.family)) ?? PersistentMap.empty();
}

/** A key's entries: one, or one for each of its last hits. */
export function entriesOfKey({ hits }: Memory, key: string): string[] {
  return hits === 1 ? [key] : Array.from({ length: hits }, (_, at) => `${key} hit ${at}`);
}

/** Whether the key is remembered, as often as it has to be; where the memory is full, what `when full` says of other keys. */
export function memoryHolds(journey: Journey, memory: Memory, key: string): boolean {
  const entries = entriesOf(journey, memory);
  if (entriesOfKey(memory, key).every((entry) => (entries.get(entry) ?? NEVER) > journey.now)) return true;
  return memory.bounds.whenFull === 'match' && isFullMemory(journey, memory, entries);
}

/** Remembers a key anew, in place of the hit that is longest ago; in a full memory there is no room for one more. */
export function remember(journey: Journey, memory: Memory, key: string, duration: number | undefined): void {
  const entries = entriesOf(journey, memory);
  const all = entriesOfKey(memory, key);
  const oldest = all.reduce((one, other) =>
    (entries.get(other) ?? NEVER) < (entries.get(one) ?? NEVER) ? other : one,
  );
  const isKnown = (entries.get(oldest) ?? NEVER) > journey.now;
  if (!isKnown && isFullMemory(journey, memory, entries)) return;
  const lasts = duration ?? memory.timeout;
  const expires = lasts === undefined ? Infinity : journey.now + lasts;
  const cleared = isKnown ? entries : withoutKey(entries, oldest, journey.now);
  setEntries(journey, memory, cleared.set(oldest, expires));
}

export function forget(journey: Journey, memory: Memory, key: string): void {
  const entries = entriesOf(journey, memory);
  const cleared = entriesOfKey(memory, key).reduce((rest, entry) => withoutKey(rest, entry, journey.now), entries);
  setEntries(journey, memory, cleared);
}

/** A memory of several hits has room for all of them of so many keys, and may have some more. */
function isFullMemory(journey: Journey, { bounds, hits }: Memory, entries: PersistentMap<string, number>): boolean {
  const room = { ...bounds, keys: bounds.keys * hits, approximate: bounds.approximate || hits > 1 };
  return isFull(entries, room, journey, (at) => at);
}

/** What was forgotten takes room until it is cleared away: an entry remains that no key leads to. */
function withoutKey(entries: PersistentMap<string, number>, key: string, now: number): PersistentMap<string, number> {
  return entries.has(key) ? entries.delete(key).set(`forgotten ${entries.size} ${now} ${key}`, now) : entries;
}

function setEntries(journey: Journey, memory: Memory, entries: PersistentMap<string, number>): void {
  const { memories } = journey.state;
  const table = memoryTable(memory, journey.packet.family);
  journey.state = { ...journey.state, memories: memories.set(table, entries) };
}
