/** What memories can hold. */
import type { Memory } from './policy.ts';

/** Whether addresses of the family fit into the memory's columns: a packet of the other family has no key there. */
export function holdsFamily(memory: Memory, family: 4 | 6): boolean {
  return memory.columns.every(({ type }) => !('family' in type) || type.family === 'both' || type.family === family);
}
