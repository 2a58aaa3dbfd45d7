/** `not tcp flags …` as the flags that remain: nftables leaves a group by what holds, not by what does not. */
import type { Term } from '../rules.ts';

/** Exact for what iptables asks: its test is of TCP headers only, and so is each of the alternatives. */
export function withPositiveFlags(terms: readonly Term[]): Term[] {
  return terms.map((term) => {
    const [item] = term.items;
    if (term.slot !== 'tcp flags' || !term.negated || item === undefined) return term;
    return { ...term, negated: false, items: otherFlags(item) };
  });
}

/** Of `SET/MASK`, all other sets of the mask's flags. */
function otherFlags(item: string): string[] {
  const [set = '', mask = ''] = item.split('/');
  const flags = mask.split('+');
  const subsets = Array.from({ length: 2 ** flags.length }, (_, bits) =>
    flags.filter((__, at) => (bits & (1 << at)) !== 0),
  );
  return subsets
    .map((subset) => (subset.length === 0 ? 'none' : subset.join('+')))
    .filter((subset) => subset !== set)
    .map((subset) => `${subset}/${mask}`);
}
