/** What the place of a built-in chain means for its rules' interfaces. */
import type { TableName } from '../dump/dump.ts';
import type { ImportedRule, Term } from '../rules.ts';

const LOOPBACK = 'lo';

/**
 * The rule as packets that are no loopback meet it; undefined: they never do. Loopback never enters a filter, and what is
 * received from it has met the rules when it was sent.
 */
export function withoutLoopback(
  rule: ImportedRule,
  table: TableName,
  chain: string | undefined,
): ImportedRule | undefined {
  const terms: Term[] = [];
  for (const term of rule.terms) {
    const isLoopback = (term.slot === 'in' || term.slot === 'out') && term.items[0] === LOOPBACK;
    if (!isLoopback || !hidesLoopback(table, chain, term.slot)) terms.push(term);
    else if (!term.negated) return undefined;
  }
  return { ...rule, terms };
}

/** Whether no packet of loopback is among those that a rule of the chain is for. */
export function hidesLoopback(table: TableName, chain: string | undefined, slot: string): boolean {
  if (table === 'filter' || table === 'security') return true;
  return chain === 'PREROUTING' && slot === 'in';
}
