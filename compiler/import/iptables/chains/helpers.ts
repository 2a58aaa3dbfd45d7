/**
 * `-j CT --helper` in `raw` says which helper a flow gets once it is tracked. nft gives it to the flow, and so behind tracking:
 * the rules that do so stand in `mangle prerouting` and `mangle output`, with all that decides about who comes to them.
 */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { DumpTable } from '../dump/dump.ts';
import { PROBLEMS } from '../problems.ts';
import { isGate, type ImportedRule, type Slot } from '../rules.ts';
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

export interface HelperRules {
  /** The table as that of what stands behind tracking. */
  readonly table: DumpTable;
  readonly rules: Rules;
}

/** The rules that give helpers; undefined where there are none. What cannot be asked there as it was becomes a finding. */
export function helperRules(table: DumpTable, rules: Rules, findings: Diagnostic[]): HelperRules | undefined {
  if (table.name !== 'raw' || ![...rules.values()].flat().some(givesHelper)) return undefined;
  const behind = new Map([...rules].map(([chain, list]) => [chain, list.flatMap(behindTracking)] as const));
  for (const rule of [...behind.values()].flat()) {
    const odd = rule.terms.find((term) => isGate(term) || !ALIKE.has(term.slot));
    if (odd) findings.push(askedTwice(rule));
  }
  const chains = table.chains.map((chain) => (chain.policy === 'DROP' ? { ...chain, policy: 'ACCEPT' } : chain));
  return { table: { ...table, name: 'mangle', chains }, rules: behind };
}

/** What is left of the rules where they stand. */
export function withoutHelpers(rules: Rules): Rules {
  const left = ({ effects, ...rule }: ImportedRule): ImportedRule => ({
    ...rule,
    effects: effects.filter((effect) => !isHelper(effect)),
  });
  return new Map([...rules].map(([chain, list]) => [chain, list.some(givesHelper) ? list.map(left) : list] as const));
}

/** What was dropped before does not come here, and all else was done before. */
function behindTracking(rule: ImportedRule): ImportedRule[] {
  const effects = rule.effects.filter(isHelper);
  const outcome = rule.outcome.kind === 'drop' ? ({ kind: 'none' } as const) : rule.outcome;
  return effects.length === 0 && outcome.kind === 'none' ? [] : [{ ...rule, effects, outcome }];
}

function givesHelper({ effects }: ImportedRule): boolean {
  return effects.some(isHelper);
}

function isHelper(effect: string): boolean {
  return effect.startsWith('helper ');
}

function askedTwice({ span }: ImportedRule): Diagnostic {
  const message =
    'a policy cannot say exactly: `-j CT --helper` behind a match that answers otherwise once the packet is tracked';
  const hint = 'Ask there for addresses, ports and interfaces only.';
  return diagnostic(PROBLEMS.unsayable, span, message, { hint });
}
