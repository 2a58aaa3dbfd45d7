/**
 * Rules of `raw` that nft carries out behind tracking only. `-j CT --helper` says which helper a flow gets once it is tracked,
 * and nft gives it to the flow. Whether a reply would leave by the way in (`-m rpfilter`), nft asks in chains of received
 * packets, and `raw` stands for sent ones, too. Such rules stand in `mangle prerouting` and `mangle output`, with all that
 * decides about who comes to them.
 */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { DumpTable } from '../dump/dump.ts';
import { PROBLEMS } from '../problems.ts';
import { isGate, type ImportedRule, type Slot, type Term } from '../rules.ts';
import type { Rules } from './uses.ts';

/** Clauses that hold of a packet before and behind tracking alike. */
const ALIKE: ReadonlySet<Slot> = new Set([
  'in',
  'out',
  'family',
  'from',
  'to',
  'source port',
  'destination port',
  'service',
  'tcp flags',
  'mark',
  'dscp',
  'length',
  'ttl',
  'mac',
]);

export interface RulesBehind {
  /** The table as that of what stands behind tracking. */
  readonly table: DumpTable;
  readonly rules: Rules;
}

/** The rules of `raw` that stand behind tracking; undefined where there are none. */
export function rulesBehind(table: DumpTable, rules: Rules, findings: Diagnostic[]): RulesBehind | undefined {
  const list = [...rules.values()].flat();
  if (table.name !== 'raw' || !list.some((rule) => givesHelper(rule) || isMovedDrop(rule, rules))) return undefined;
  const behind = new Map(
    [...rules].map(([chain, all]) => [chain, all.flatMap((rule) => partBehind(rule, rules))] as const),
  );
  for (const rule of [...behind.values()].flat()) {
    const odd = rule.terms.find((term) => isGate(term) || (!ALIKE.has(term.slot) && !asksWayBack(term)));
    if (odd || asksMarkToCome(rule, list)) findings.push(askedLate(rule));
    if (rule.outcome.kind === 'drop') findings.push(movedBehindTracking(rule.span));
  }
  const chains = table.chains.map((chain) => (chain.policy === 'DROP' ? { ...chain, policy: 'ACCEPT' } : chain));
  return { table: { ...table, name: 'mangle', chains }, rules: behind };
}

/** What is left of the rules where they stand; nothing where it does nothing. */
export function rulesBefore(table: DumpTable, rules: Rules): Rules {
  if (table.name !== 'raw') return rules;
  const left = ({ effects, ...rule }: ImportedRule): ImportedRule[] => {
    const own = { ...rule, effects: effects.filter((effect) => !isHelper(effect)) };
    return isMovedDrop(own, rules) ? [] : [own];
  };
  const before = new Map([...rules].map(([chain, list]) => [chain, list.flatMap(left)] as const));
  const does = [...before.values()]
    .flat()
    .some(({ effects, outcome }) => effects.length > 0 || outcome.kind === 'drop');
  const drops = table.chains.some(({ policy }) => policy === 'DROP');
  return does || drops ? before : new Map();
}

/** That the rule is carried out behind tracking. */
export function movedBehindTracking(span: ImportedRule['span'] | undefined): Diagnostic {
  const message =
    'the rule stands in `mangle prerouting`, behind connection tracking, and no longer before it in `raw`';
  const hint =
    'The same packets are dropped, but connection tracking sees them first: one of a known flow can change its state.';
  return diagnostic(PROBLEMS.moved, span, message, { hint });
}

/** What was dropped before does not come here, and all else was done before. */
function partBehind(rule: ImportedRule, rules: Rules): ImportedRule[] {
  const effects = rule.effects.filter(isHelper);
  const outcome =
    rule.outcome.kind === 'drop' && !isMovedDrop(rule, rules) ? ({ kind: 'none' } as const) : rule.outcome;
  return effects.length === 0 && outcome.kind === 'none' ? [] : [{ ...rule, effects, outcome }];
}

/** A drop by the way back, behind other rules: those that stand first are moved by themselves. */
function isMovedDrop(rule: ImportedRule, rules: Rules): boolean {
  if (rule.outcome.kind !== 'drop' || !rule.terms.some(asksWayBack)) return false;
  const first = rules.get('PREROUTING') ?? [];
  const others = first.findIndex((one) => one.outcome.kind !== 'drop' || !one.terms.some(asksWayBack));
  return others >= 0 && !first.slice(0, others).some(({ span }) => span.start === rule.span.start);
}

/** Whether some rule may set the mark behind the one that asks for it: behind tracking, all that set it have done so. */
function asksMarkToCome({ terms, chain, span }: ImportedRule, all: readonly ImportedRule[]): boolean {
  if (!terms.some(({ slot }) => slot === 'mark')) return false;
  const sets = all.filter(({ effects }) => effects.some((effect) => /^mark set |^opaque .*meta mark set/.test(effect)));
  return sets.some((one) => one.chain !== chain || one.span.start >= span.start);
}

function asksWayBack({ slot, items: [text = ''] }: Term): boolean {
  return slot === 'opaque' && text.startsWith('fib saddr');
}

function givesHelper({ effects }: ImportedRule): boolean {
  return effects.some(isHelper);
}

function isHelper(effect: string): boolean {
  return effect.startsWith('helper ');
}

function askedLate({ span }: ImportedRule): Diagnostic {
  const message =
    'a policy cannot say exactly: rules of `raw` that stand behind tracking, with a match that answers otherwise there';
  const hint = 'Ask for addresses, ports and interfaces only, where `-j CT --helper` or `-m rpfilter` follows.';
  return diagnostic(PROBLEMS.unsayable, span, message, { hint });
}
