/** Rules for IPv4 and rules for IPv6 as one list: no packet is of both families, so they keep their order each. */
import type { Family } from '../dump/dump.ts';
import { ICMP_NAMES } from '../icmp-names.ts';
import type { Item, Lists, RuleItem } from '../items.ts';
import type { Term } from '../rules.ts';

/** Lists with more pairs than this are put one behind the other. */
const MOST_PAIRS = 4_000_000;

export function mergeFamilies(four: Lists | undefined, six: Lists | undefined): Lists {
  if (!four || !six) return four ?? six ?? { blocks: new Map(), groups: new Map(), policies: new Map() };
  const policies = new Map([...six.policies, ...four.policies]);
  const blocks = mergeMaps(four.blocks, six.blocks);
  for (const chain of policies.keys()) {
    const [policy4, policy6] = [four.policies.get(chain) ?? 'allow', six.policies.get(chain) ?? 'allow'];
    if (policy4 === policy6) continue;
    policies.set(chain, 'drop');
    blocks.set(chain, [...(blocks.get(chain) ?? []), allowingAll(policy4 === 'allow' ? 4 : 6)]);
  }
  return {
    blocks,
    groups: mergeMaps(four.groups, six.groups),
    policies,
    moved: [...(four.moved ?? []), ...(six.moved ?? [])],
  };
}

/** Where the families' policies differ, the block's default drops, and all that is left of the other family passes here. */
function allowingAll(family: Family): RuleItem {
  const nothing = { terms: [], behind: '', effects: [], comments: [], spans: [], packets: 0 };
  return { kind: 'rule', families: [family], action: 'allow', ...nothing };
}

function mergeMaps(
  four: ReadonlyMap<string, readonly Item[]>,
  six: ReadonlyMap<string, readonly Item[]>,
): Map<string, readonly Item[]> {
  const merged = new Map<string, readonly Item[]>();
  for (const key of new Set([...four.keys(), ...six.keys()])) {
    merged.set(key, mergeLists(four.get(key) ?? [], six.get(key) ?? []));
  }
  return merged;
}

/** The longest common subsequence becomes rules of both families. */
function mergeLists(four: readonly Item[], six: readonly Item[]): Item[] {
  if (four.length * six.length > MOST_PAIRS) return [...four, ...six];
  const [keys4, keys6] = [four.map(keyOf), six.map(keyOf)];
  const width = six.length + 1;
  const longest = new Uint32Array((four.length + 1) * width);
  for (let i = four.length - 1; i >= 0; i--) {
    for (let j = six.length - 1; j >= 0; j--) {
      const same = keys4[i] !== undefined && keys4[i] === keys6[j];
      longest[i * width + j] = same
        ? longest[(i + 1) * width + j + 1]! + 1
        : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  const merged: Item[] = [];
  let [i, j] = [0, 0];
  while (i < four.length && j < six.length) {
    if (keys4[i] !== undefined && keys4[i] === keys6[j]) merged.push(both(four[i++]!, six[j++]!));
    else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) merged.push(four[i++]!);
    else merged.push(six[j++]!);
  }
  return [...merged, ...four.slice(i), ...six.slice(j)];
}

/** What must be equal for two rules to be one; undefined: the rule stays by itself. */
function keyOf(item: Item): string | undefined {
  if (item.kind === 'use') return `use ${item.group}`;
  if (item.rows) return undefined;
  // A limit of a rule for both families would be shared, and translations are of one family.
  const isOwn = item.terms.some(({ slot }) => slot === 'limit' || slot === 'opaque') || item.behind !== '';
  if (isOwn || item.effects.some((effect) => /^remember|^opaque|up to|over/.test(effect))) return undefined;
  const terms = item.terms.map((term) => `${term.slot} ${term.negated} ${term.view} ${familyless(term)}`);
  // Under `not`, a set of one family says nothing about the other.
  if (item.terms.some((term) => term.negated && isAddress(term))) return undefined;
  return [item.action, ...terms, ...item.effects].join('|');
}

function isAddress({ slot }: Term): boolean {
  return slot === 'from' || slot === 'to';
}

function familyless(term: Term): string {
  if (isAddress(term)) return '';
  return term.items.map((item) => ICMP_NAMES.get(item) ?? item).join();
}

function both(four: Item, six: Item): Item {
  const families: readonly Family[] = [4, 6];
  if (four.kind === 'use' || six.kind === 'use') return { ...four, families };
  return {
    ...four,
    families,
    terms: four.terms.map((term, at) => bothTerms(term, six.terms[at]!)),
    ...remarks(four, six),
  };
}

function bothTerms(four: Term, six: Term): Term {
  if (isAddress(four)) return { ...four, items: [...four.items, ...six.items] };
  return { ...four, items: four.items.map((item) => ICMP_NAMES.get(item) ?? item) };
}

function remarks(four: RuleItem, six: RuleItem): Pick<RuleItem, 'comments' | 'spans' | 'packets'> {
  return {
    comments: [...new Set([...four.comments, ...six.comments])],
    spans: [...four.spans, ...six.spans],
    packets: four.packets + six.packets,
  };
}
