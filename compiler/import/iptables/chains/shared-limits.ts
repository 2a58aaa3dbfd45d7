/**
 * Limits that count for several places of a dump together: those of chains that several ways lead to, and those that name
 * one table of the kernel. The policy has one limit for them, with a `bucket` of a name.
 */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { Span } from '../../../../grammar/source.ts';
import { PROBLEMS } from '../problems.ts';
import { isCounting, type ImportedRule, type Term } from '../rules.ts';
import { Names } from '../write/names.ts';
import type { ReachedRules } from './uses.ts';

/** The name of each limit that has to be shared. */
export type SharedNames = ReadonlyMap<Term, string>;

interface Sharers {
  /** What it would best be called. */
  readonly wanted: string;
  readonly limits: readonly ReachedLimit[];
}

/** A limit of a rule, and where it counts. */
interface ReachedLimit {
  readonly term: Term;
  readonly rule: ImportedRule;
  readonly chain: string;
  readonly isMetByMany: boolean;
}

/** Names the limits that are shared; what cannot be shared is told. */
export function sharedLimits(tables: readonly ReachedRules[], findings: Diagnostic[]): SharedNames {
  const names = new Names([]);
  const shared = new Map<Term, string>();
  for (const { wanted, limits } of sharersOf(tables, findings)) {
    const [first] = limits;
    if (!first || (limits.length < 2 && !first.isMetByMany)) continue;
    const other = limits.find(({ term }) => term.items[0] !== first.term.items[0]);
    if (other) findings.push(oneTableOfSeveralKinds(wanted, first.rule.span, other.rule.span));
    const name = names.of(`limit ${shared.size}`, wanted, 'limit');
    for (const { term } of limits) shared.set(term, name);
  }
  return shared;
}

/** The rule with the names of the limits that it shares. */
export function withSharedNames(rule: ImportedRule, names: SharedNames): ImportedRule {
  if (!rule.terms.some((term) => names.has(term))) return rule;
  return { ...rule, terms: rule.terms.map((term) => withName(term, names.get(term))) };
}

function withName(term: Term, name: string | undefined): Term {
  return name === undefined ? term : { ...term, items: term.items.map((item) => `${item} bucket ${name}`) };
}

function sharersOf(tables: readonly ReachedRules[], findings: Diagnostic[]): Sharers[] {
  const sharers = new Map<unknown, Sharers>();
  for (const table of tables) {
    for (const limit of limitsOf(table)) {
      const { term, rule, chain, isMetByMany } = limit;
      const isRate = term.slot === 'limit' && !term.items[0]?.includes(' connections');
      if (!isRate) {
        if (isMetByMany) findings.push(turnsOfSeveralWays(chain, rule.span));
        continue;
      }
      // Tables of hashlimit are known by their names to all rules of a family.
      const key = term.shared === undefined ? term : `${rule.family} ${term.shared}`;
      const { limits = [] } = sharers.get(key) ?? {};
      sharers.set(key, { wanted: term.shared ?? chain, limits: [...limits, limit] });
    }
  }
  return [...sharers.values()];
}

function limitsOf({ rules, uses }: ReachedRules): ReachedLimit[] {
  return [...rules].flatMap(([chain, list]) => {
    const ways = uses.get(chain) ?? 0;
    if (ways === 0) return [];
    return list.flatMap((rule) =>
      rule.terms.filter(isCounting).map((term) => ({ term, rule, chain, isMetByMany: ways > 1 })),
    );
  });
}

function turnsOfSeveralWays(chain: string, span: Span): Diagnostic {
  const message = `what counts for all ways into the chain \`${chain}\` together, and is no limit of a rate`;
  const hint = 'Copy the chain for each way into it, so that each copy counts by itself, or let one jump lead to it.';
  return diagnostic(PROBLEMS.unsayable, span, `a policy cannot say exactly: ${message}`, { hint });
}

/** The kernel makes such a table by the first rule that names it. */
function oneTableOfSeveralKinds(name: string, first: Span, span: Span): Diagnostic {
  const message = `limits that differ and share the table \`${name}\``;
  const hint = 'Give each rule a `--hashlimit-name` of its own; each then has buckets of its own, too.';
  const labels = [{ span: first, text: 'the kernel takes the limit of the rule that is loaded first' }];
  return diagnostic(PROBLEMS.unsayable, span, `a policy cannot say exactly: ${message}`, { hint, labels });
}
