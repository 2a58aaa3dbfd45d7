/** A list of clauses as one condition and the gates behind it. */
import type { Clause } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import type { Condition, Gate } from '../../model/condition.ts';
import { checkClause } from '../clauses/index.ts';
import { all, type ClauseContext, type RuleContext } from '../context.ts';
import { familiesOf, inBoth, isOneFamily, speaksOfAddresses, type Families } from '../families.ts';
import { FAMILY_UNSAID } from '../problems.ts';
import { isShareable } from '../shared-limits.ts';

/** What a list of clauses comes to. */
export interface Conditions {
  readonly condition: Condition;
  readonly gates: readonly Gate[];
  /** A day has passed: the rule is to be left out. */
  readonly expired: boolean;
}

/** `around`: what holds already, for an effect that hangs on a rule. Undefined where a clause is wrong. */
export function checkClauses(
  clauses: readonly Clause[],
  context: ClauseContext,
  around: Condition | undefined,
): Conditions | undefined {
  const conditions: Condition[] = [];
  const gates: Gate[] = [];
  let wrong = false;
  let expired = false;
  for (const clause of clauses) {
    const result = checkClause(clause, context);
    if (!result) wrong = true;
    else if (result.kind === 'condition') conditions.push(result.condition);
    else if (result.kind !== 'gate') expired = true;
    else if (isShareable(result.gate, context)) gates.push(result.gate);
    else wrong = true;
  }
  if (wrong) return undefined;
  const condition = all(conditions);
  const families = around ? inBoth(familiesOf(around), familiesOf(condition)) : familiesOf(condition);
  return isFamilySaid(families, context) ? { condition, gates, expired } : undefined;
}

/** Clauses where limits cannot stand. */
export function checkConditions(clauses: readonly Clause[], name: string, context: RuleContext): Condition | undefined {
  const inner: ClauseContext = {
    ...context,
    name,
    whenFull: 'miss',
    mayExpire: false,
    negations: [],
    limiters: { count: 0 },
  };
  return checkClauses(clauses, inner, undefined)?.condition;
}

/** `not` with a set of one family wants the family to be said. */
function isFamilySaid(families: Families, context: ClauseContext): boolean {
  if (!families.ipv4 || !families.ipv6) return true;
  let said = true;
  for (const { of, span } of context.negations) {
    const negated = familiesOf(of);
    if (!isOneFamily(negated) || !speaksOfAddresses(of)) continue;
    const [one, other, word] = negated.ipv4 ? ['IPv4', 'IPv6', 'ipv4'] : ['IPv6', 'IPv4', 'ipv6'];
    report(context, FAMILY_UNSAID, span, `this holds of every ${other} packet, as the set has ${one} addresses only`, {
      hint: `Add \`${word}\` if only ${one} packets are meant; if not, put addresses of both families into the set.`,
    });
    said = false;
  }
  return said;
}
