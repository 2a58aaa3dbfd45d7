/** The complement of a clause, for `leave`: who does not meet it does not enter the chain. */
import { isTurn, type Term } from '../rules.ts';

/**
 * Whether a group can be left by the complement: nftables leaves by one test, and the complement of a port or of a type of
 * ICMP takes several (another protocol, or another port).
 */
export function canLeave(term: Term): boolean {
  const { slot, items, negated } = term;
  if (negated || isTurn(term)) return true;
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
  if (isTurn(term)) return { ...term, items: [otherTurns(item)] };
  if (term.slot === 'sample') {
    const [one = 0, of = 1] = item.split('/').map(Number);
    return { ...term, items: [`${of - one}/${of}`] };
  }
  return { ...term, negated: !term.negated };
}

/** `numgen inc mod 3 1`, `quota until 1001 bytes` and `numgen random mod 4 < 1`, and what remains of them. */
function otherTurns(text: string): string {
  if (text.startsWith('quota until ')) return text.replace(' until ', ' over ');
  if (text.startsWith('quota over ')) return text.replace(' over ', ' until ');
  if (text.includes(' < ')) return text.replace(' < ', ' >= ');
  if (text.includes(' >= ')) return text.replace(' >= ', ' < ');
  return text.includes(' != ') ? text.replace(' != ', ' ') : text.replace(/ (\d+)$/, ' != $1');
}
