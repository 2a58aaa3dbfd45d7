/**
 * Zones are disjoint, and names of interfaces in a dump need not be: `ppp+` holds `ppp0`. Where both are named, the wider one
 * is no zone, and stays in nft's words.
 */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import type { ImportedRule, Term } from '../rules.ts';

/** Names that end in `*` and hold another name of the rules. */
export function widerInterfaces(rules: Iterable<ImportedRule>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { terms } of rules) {
    for (const { slot, items } of terms) if (slot === 'in' || slot === 'out') for (const item of items) names.add(item);
  }
  const sorted = [...names].toSorted();
  // What begins with a text stands together, right behind the text.
  const holds = (wide: string): boolean => {
    const start = wide.slice(0, -1);
    const at = sorted.findIndex((name) => name.startsWith(start));
    return sorted.slice(at, at + 3).some((name) => name !== wide && name.startsWith(start));
  };
  return new Set(sorted.filter((name) => name.endsWith('*') && holds(name)));
}

/** The rule with nft's words for interfaces that can be no zones. */
export function withWiderInterfaces(
  rule: ImportedRule,
  wider: ReadonlySet<string>,
  keepOpaque: boolean,
  findings: Diagnostic[],
): ImportedRule {
  const isWide = ({ slot, items }: Term): boolean => (slot === 'in' || slot === 'out') && wider.has(items[0] ?? '');
  if (!rule.terms.some(isWide)) return rule;
  const terms = rule.terms.map((term): Term => {
    if (!isWide(term)) return term;
    const [name = ''] = term.items;
    if (!keepOpaque) findings.push(onlyNft(rule, name));
    return { ...term, slot: 'opaque', items: [`${term.slot === 'in' ? 'iifname' : 'oifname'} "${name}"`] };
  });
  return { ...rule, terms };
}

function onlyNft({ span }: ImportedRule, name: string): Diagnostic {
  const message = `only nft can say \`${name.replace('*', '+')}\` where other rules name some of these interfaces by themselves`;
  const hint = "Name each interface, or keep the condition in nft's own words with `--keep-opaque`.";
  return diagnostic(PROBLEMS.opaque, span, message, { hint });
}
