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

/** What each limit that has to be shared says, with its bucket's name. */
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
    const opposite = limits.find(({ term }) => senseOf(term) !== senseOf(first.term));
    if (opposite) findings.push(oneTableOfBothSenses(wanted, first.rule.span, opposite.rule.span));
    const other = limits.find(({ term }) => rateOf(term) !== rateOf(first.term));
    if (other) findings.push(oneTableOfSeveralKinds(wanted, first.rule.span, other.rule.span));
    const name = names.of(`limit ${shared.size}`, wanted, 'limit');
    for (const { term } of limits) shared.set(term, `${senseOf(term)}${rateOf(first.term)} bucket ${name}`);
  }
  return shared;
}

/** The rule with the names of the limits that it shares. */
export function withSharedNames(rule: ImportedRule, names: SharedNames): ImportedRule {
  if (!rule.terms.some((term) => names.has(term))) return rule;
  return { ...rule, terms: rule.terms.map((term) => withName(term, names.get(term))) };
}

function withName(term: Term, text: string | undefined): Term {
  return text === undefined ? term : { ...term, items: [text] };
}

const SENSE = /^(over|up to) /;

function senseOf({ items: [item = ''] }: Term): string {
  return SENSE.exec(item)?.[0] ?? '';
}

/** All that the kernel keeps of a limit in its table; whether a rule is for what is over it is the rule's own. */
function rateOf({ items: [item = ''] }: Term): string {
  return item.replace(SENSE, '');
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

/** The kernel makes such a table by the first rule that names it, and asks no other rule for a rate (xt_hashlimit.c). */
function oneTableOfSeveralKinds(name: string, first: Span, span: Span): Diagnostic {
  const message = `the limit is that of the first rule that names the table \`${name}\`, and not what this one says`;
  const hint = 'iptables does the same. Where that is not meant, give each rule a `--hashlimit-name` of its own.';
  const labels = [{ span: first, text: 'its rate, burst and mode hold for all rules of the table' }];
  return diagnostic(PROBLEMS.leftOut, span, message, { hint, labels });
}

function oneTableOfBothSenses(name: string, first: Span, span: Span): Diagnostic {
  const message = `what is over a limit and what is not, by one table \`${name}\``;
  const hint = 'Give each rule a `--hashlimit-name` of its own; each then has buckets of its own, too.';
  const labels = [{ span: first, text: 'the other sense' }];
  return diagnostic(PROBLEMS.unsayable, span, `a policy cannot say exactly: ${message}`, { hint, labels });
}
