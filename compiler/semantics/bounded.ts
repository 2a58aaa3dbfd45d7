/** Tables with room for so many keys (`keys N`). */
import type { Bounds } from '../model/condition.ts';
import type { Journey } from './journey.ts';
import type { PersistentMap } from './persistent-map.ts';

/** Tables with addresses in their keys are kept for each family by itself, with room for so many keys each. */
export function tableName(name: string, hasAddress: boolean, family: 4 | 6): string {
  return hasAddress ? `${name} IPv${family}` : name;
}

/**
 * Whether a table has no room for one more key. Keys that mean nothing any more (`endOf` them is past) may or may not
 * have been cleared away yet, and a table that is `approximate` forgets as it likes: then both answers are allowed.
 */
export function isFull<Value>(
  table: PersistentMap<string, Value>,
  bounds: Bounds,
  journey: Journey,
  endOf: (value: Value) => number,
): boolean {
  if (table.size < bounds.keys) return false;
  if (bounds.approximate) return journey.choices.either();
  let live = 0;
  for (const [, value] of table.entries()) if (endOf(value) > journey.now) live++;
  return live >= bounds.keys || journey.choices.byClock(table);
}
