/** What a rule's clauses are worth in the chain of the kernel that packets come from: some hold of none there, or of all. */
import type { Family, TableName } from '../dump/dump.ts';
import type { ImportedRule, Slot, Term } from '../rules.ts';

/** A rule as packets of one hook meet it. */
export interface RuleAtHook {
  /** Undefined: no packet of the hook meets the rule. */
  readonly rule: ImportedRule | undefined;
  /** What only nft can say there. */
  readonly opaque: readonly string[];
  /** What nothing can say there. */
  readonly unsayable: readonly string[];
}

/** Which interface packets of a hook do not have (yet, or any more): a name matches none there, and `!` all. */
const WITHOUT: Readonly<Record<string, Slot>> = { PREROUTING: 'out', INPUT: 'out', OUTPUT: 'in' };

/** Clauses that a block has not, but nft has in the same place. */
const IN_NFT: Readonly<Partial<Record<TableName, ReadonlySet<Slot>>>> = {
  raw: new Set(['state']),
  mangle: new Set(['state', 'fragment']),
  nat: new Set(['state', 'tcp flags', 'length', 'ttl']),
};

/** In bytes. */
const IPV6_HEADER = 40;

/** Clauses that a block has not. */
const NOT_SAID: Readonly<Partial<Record<TableName, ReadonlySet<Slot>>>> = {
  nat: new Set(['fragment', 'limit', 'sample']),
};

const NAMES: Readonly<Partial<Record<Slot, string>>> = {
  state: 'the state of a packet',
  limit: 'a limit',
  sample: 'a sample',
  ttl: 'a time to live',
  length: 'a length',
  fragment: 'a fragment',
};

export function atHook(rule: ImportedRule, table: TableName, hook: string): RuleAtHook {
  const terms: Term[] = [];
  const [opaque, unsayable]: [string[], string[]] = [[], []];
  const place = `in the table \`${table}\``;
  let isSame = true;
  for (const term of rule.terms) {
    const { slot } = term;
    if (slot === WITHOUT[hook]) {
      if (!term.negated) return { rule: undefined, opaque: [], unsayable: [] };
      isSame = false;
    } else if (IN_NFT[table]?.has(slot)) {
      terms.push(inNft(term, rule.family));
      opaque.push(`${NAMES[slot] ?? slot} ${place}`);
      isSame = false;
    } else {
      terms.push(term);
      if (NOT_SAID[table]?.has(slot)) unsayable.push(`${NAMES[slot] ?? `a clause of ${slot}`} ${place}`);
    }
  }
  return { rule: isSame ? rule : { ...rule, terms }, opaque, unsayable };
}

function inNft({ slot, items, negated }: Term, family: Family): Term {
  if (slot === 'fragment') {
    const text = family === 4 ? 'ip frag-off & 0x1fff != 0' : 'frag frag-off != 0';
    return { slot: 'opaque', items: [text], negated };
  }
  if (slot === 'ttl') {
    return { slot: 'opaque', items: [`ip${family === 4 ? ' ttl' : '6 hoplimit'} ${items[0]}`], negated };
  }
  if (slot === 'length') return { slot: 'opaque', items: [lengthText(items[0] ?? '', family)], negated };
  // Each packet has one state, and `-m tcp` holds of TCP alone: what is negated there is so inside.
  const text = slot === 'state' ? `ct state ${items.join(',')}` : flagsText(items[0] ?? '', negated);
  return { slot: 'opaque', items: [text], negated: slot === 'state' && negated };
}

/** IPv6 says the length of what follows its header. */
function lengthText(item: string, family: Family): string {
  if (family === 4) return `ip length ${item}`;
  const [low = 0, high = low] = item.split('-').map((word) => Number(word) - IPV6_HEADER);
  // No packet is so short.
  if (high < 0) return 'ip6 version 0';
  return low === high ? `ip6 length ${low}` : `ip6 length ${Math.max(low, 0)}-${high}`;
}

/** `SET/MASK` in nft's words. */
function flagsText(item: string, negated: boolean): string {
  const [set = '', mask = ''] = item.split('/');
  const wanted = set === 'none' ? '0x0' : flagList(set);
  return `tcp flags & ${flagList(mask)} ${negated ? '!=' : '=='} ${wanted}`;
}

function flagList(flags: string): string {
  const names = flags.split('+');
  return names.length === 1 ? names[0]! : `(${names.join(' | ')})`;
}
