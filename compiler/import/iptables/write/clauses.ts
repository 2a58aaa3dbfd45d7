/** Clauses as text. */
import type { Family } from '../dump/dump.ts';
import { ICMP_NAMES } from '../icmp-names.ts';
import { SLOTS, type Slot, type Term } from '../rules.ts';
import { quoted } from '../rule-builder.ts';

/** What the writer of a policy knows of names. */
export interface ClauseNames {
  readonly zone: (member: string) => string;
  /** Items as a set; long lists get a name. */
  readonly set: (items: readonly string[], side: 'sources' | 'destinations') => string;
  readonly service: (items: readonly string[]) => string;
}

/** Slots whose item is the clause itself. */
const WHOLE: ReadonlySet<Slot> = new Set(['family', 'limit']);

/** Clauses that must say their family under `not`, or are two tests without it. */
const OF_FAMILY: ReadonlySet<Slot> = new Set(['from', 'to', 'dscp', 'ttl']);

const WORDS: Readonly<Partial<Record<Slot, string>>> = { mark: 'mark is', dscp: 'dscp is' };

/** The clauses of a rule. `open` are the families that may meet the rule where it stands. */
export function clauseTexts(
  terms: readonly Term[],
  families: readonly Family[],
  open: readonly Family[],
  names: ClauseNames,
): string[] {
  const texts: string[] = [];
  const family = familyClause(terms, families, open);
  for (const slot of SLOTS) {
    if (slot === 'family' && family !== undefined) texts.push(family);
    for (const term of terms.filter((one) => one.slot === slot)) {
      const text = clauseText(term, terms, open, names);
      if (text !== undefined) texts.push(term.negated ? `not ${text}` : text);
    }
  }
  return texts;
}

/** `ipv4`, where nothing else keeps packets of the other family out. */
function familyClause(
  terms: readonly Term[],
  families: readonly Family[],
  open: readonly Family[],
): string | undefined {
  const others = open.filter((family) => !families.includes(family));
  const isNegated = terms.some(({ slot, negated }) => negated && OF_FAMILY.has(slot));
  if (families.length > 1 || (others.length === 0 && !isNegated)) return undefined;
  return !isNegated && terms.some(isOfFamily) ? undefined : `ipv${families[0]}`;
}

function isOfFamily({ slot, items, negated }: Term): boolean {
  if (negated) return false;
  return slot === 'from' || slot === 'to' || (slot === 'service' && items.every((item) => /^icmp[46] /.test(item)));
}

function clauseText(
  term: Term,
  terms: readonly Term[],
  open: readonly Family[],
  names: ClauseNames,
): string | undefined {
  const { slot, items, view } = term;
  switch (slot) {
    case 'in':
    case 'out':
      return `${slot} ${items.map(names.zone).join(', ')}`;
    case 'from':
    case 'to': {
      const ports = term.negated ? undefined : onlyPorts(terms, slot);
      const set = names.set(items, slot === 'from' ? 'sources' : 'destinations');
      return `${view === undefined ? '' : `${view} `}${slot} ${set}${ports ? ` port ${ports.items.join(', ')}` : ''}`;
    }
    case 'source port':
    case 'destination port': {
      const side = slot === 'source port' ? 'from' : 'to';
      return onlyPorts(terms, side) === term ? undefined : `${side} any port ${items.join(', ')}`;
    }
    case 'service':
      // Where no packet of the other family comes, the name for both says what the number for one does.
      return names.service(open.length === 1 ? items.map((item) => ICMP_NAMES.get(item) ?? item) : items);
    case 'opaque':
      return `opaque nftables ${quoted(items[0] ?? '')}`;
    case 'where':
      return `where ${items[0]}`;
    default:
      return WHOLE.has(slot) ? items.join(' ') : `${WORDS[slot] ?? slot} ${items.join(', ')}`;
  }
}

/** The ports that stand with the addresses of a side: where there is one clause of each. */
function onlyPorts(terms: readonly Term[], side: 'from' | 'to'): Term | undefined {
  const ports = terms.filter(({ slot }) => slot === (side === 'from' ? 'source port' : 'destination port'));
  const addresses = terms.filter(({ slot, negated }) => slot === side && !negated);
  return ports.length === 1 && addresses.length === 1 ? ports[0] : undefined;
}
