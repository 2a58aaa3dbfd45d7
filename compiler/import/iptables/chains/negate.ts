/** The complement of a clause, for `leave`: who does not meet it does not enter the chain. */
import type { Term } from '../rules.ts';

/**
 * Whether a group can be left by the complement: nftables leaves by one test, and the complement of a port or of a type of
 * ICMP takes several (another protocol, or another port).
 */
export function canLeave({ slot, items, negated }: Term): boolean {
  if (negated) return true;
  if (slot === 'service') return items.length === 1 && /^[a-z]+$/.test(items[0]!);
  return !SEVERAL.has(slot);
}

const SEVERAL: ReadonlySet<Term['slot']> = new Set([
  'opaque',
  'where',
  'tcp flags',
  'source port',
  'destination port',
  'during',
  'fragment',
]);

/** Exact over all packets: `not` is the complement, and a limit under it charges alike. */
export function negatedTerm(term: Term): Term {
  const [item = ''] = term.items;
  if (term.slot === 'limit') {
    return {
      ...term,
      items: [item.startsWith('over ') ? item.replace('over ', 'up to ') : item.replace('up to ', 'over ')],
    };
  }
  if (term.slot === 'sample') {
    const [one = 0, of = 1] = item.split('/').map(Number);
    return { ...term, items: [`${of - one}/${of}`] };
  }
  return { ...term, negated: !term.negated };
}
