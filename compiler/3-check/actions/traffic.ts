/** `traffic host u.room as u.id`: packets and bytes, of what was sent and what was received. */
import type { Traffic } from '../../../grammar/ast/index.ts';
import type { Condition } from '../../model/condition.ts';
import type { AddressField } from '../../model/fields.ts';
import type { Counter, GatedEffect } from '../../model/policy.ts';
import { ALWAYS, type RuleContext } from '../context.ts';
import { checkCounter } from './effects.ts';
import { isActionLegal } from './legal.ts';

/** `condition` is what the rule's clauses come to. */
export function checkTraffic(
  action: Traffic,
  condition: Condition,
  context: RuleContext,
): readonly GatedEffect[] | undefined {
  const legal = isActionLegal('traffic', action.span, context);
  const counter = checkCounter(action.counter, context);
  return legal && counter ? trafficEffects(counter, condition, action) : undefined;
}

/** A host's two directions are two counters; a rule that names one end or none counts into one. */
function trafficEffects(counter: Counter, condition: Condition, action: Traffic): readonly GatedEffect[] {
  const host = hostOf(condition);
  if (host) {
    return [
      countedAs({ ...counter, direction: 'sent' }, host.sent, action),
      countedAs({ ...counter, direction: 'received' }, host.received, action),
    ];
  }
  const from = namesAddress(condition, 'source');
  const to = namesAddress(condition, 'destination');
  if (from === to) return [countedAs(counter, ALWAYS, action)];
  return [countedAs({ ...counter, direction: from ? 'sent' : 'received' }, ALWAYS, action)];
}

function countedAs(counter: Counter, condition: Condition, { span }: Traffic): GatedEffect {
  return { effect: { kind: 'count', counter }, condition, gates: [], span };
}

/** The two halves of a `host` clause among the rule's conditions. */
function hostOf(condition: Condition): { readonly sent: Condition; readonly received: Condition } | undefined {
  for (const term of condition.kind === 'all' ? condition.of : [condition]) {
    if (term.kind !== 'any' || term.of.length !== 2) continue;
    const [sent, received] = term.of;
    if (sent && received && isOnly(sent, 'source') && isOnly(received, 'destination')) return { sent, received };
  }
  return undefined;
}

/** Whether the condition asks for this end's address and not for the other's. */
function isOnly(condition: Condition, field: AddressField): boolean {
  const other = field === 'source' ? 'destination' : 'source';
  return namesAddress(condition, field) && !namesAddress(condition, other);
}

function namesAddress(condition: Condition, field: AddressField): boolean {
  if (condition.kind === 'not') return namesAddress(condition.of, field);
  if (condition.kind === 'all' || condition.kind === 'any') {
    return condition.of.some((term) => namesAddress(term, field));
  }
  if (condition.kind === 'memory') return condition.key.includes(field);
  return (condition.kind === 'address' || condition.kind === 'address of zone') && condition.field === field;
}
