/** Which clauses an effect changes the answer of. */
import type { Slot, Term } from '../rules.ts';

export const CHANGEABLE: ReadonlySet<Slot> = new Set(['mark', 'opaque', 'from', 'to', 'dscp', 'ttl']);

/** Whether the clause may hold no more, or only now, once the effect has happened. */
export function isChangedBy(effect: string, { slot, items }: Term): boolean {
  const says = (word: RegExp): boolean => slot === 'opaque' && items.some((item) => word.test(item));
  if (!CHANGEABLE.has(slot) || effect.startsWith('log')) return false;
  if (/^(mark|opaque nftables "(meta|ct) mark set )/.test(effect)) return slot === 'mark' || says(/mark/);
  if (effect.startsWith('dscp')) return slot === 'dscp' || says(/dscp|@nh/);
  // A list of addresses is asked for like addresses, by its name.
  const [, memory] = /^(?:remember|forget) .* in (\w+)/.exec(effect) ?? [];
  return memory === undefined || ((slot === 'from' || slot === 'to') && items.includes(memory));
}
