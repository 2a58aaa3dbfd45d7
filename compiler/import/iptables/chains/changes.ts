/** Which clauses an effect changes the answer of. */
import type { Slot } from '../rules.ts';

export const CHANGEABLE: ReadonlySet<Slot> = new Set(['mark', 'opaque', 'from', 'to', 'dscp', 'ttl']);

/** The clauses that may hold no more, or only now, once an effect has happened. */
export function changedBy(effect: string): readonly Slot[] {
  if (effect.startsWith('log')) return [];
  if (effect.startsWith('mark')) return ['mark', 'opaque'];
  if (effect.startsWith('dscp')) return ['dscp', 'opaque'];
  // A list of addresses is asked for like addresses.
  return /^(remember|forget)/.test(effect) ? ['from', 'to'] : [...CHANGEABLE];
}
