/**
 * What the kernel does not do right at the ingress hook, so that it is not compared: Linux 6.18 takes the first bytes of a
 * later fragment for the transport header there, and a port, flags or a payload may be found in what is none.
 */
import type { Condition, Gate, Test } from '../../../compiler/model/condition.ts';
import type { Policy, RuleItem } from '../../../compiler/model/policy.ts';

const TRANSPORT_FIELDS = new Set(['source port', 'destination port', 'service', 'tcp flags', 'icmp4', 'icmp6']);

/** Whether a rule of `mitigate` asks for anything behind the IP header. */
export function mitigatesByTransport(policy: Policy): boolean {
  return policy.mitigate.some(({ body }) => body.some(asksItem));
}

function asksItem(item: RuleItem): boolean {
  if (item.kind !== 'rule') return item.body.some(asksItem);
  const conditions = [item.condition, ...item.effects.map(({ condition }) => condition)];
  const gates = [...item.gates, ...item.effects.flatMap((effect) => effect.gates)];
  const remembers = item.effects.some(
    ({ effect }) => (effect.kind === 'remember' || effect.kind === 'forget') && effect.key.some(isPort),
  );
  return conditions.some(asks) || gates.some(asksGate) || remembers;
}

function asks(condition: Condition): boolean {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.some(asks);
    case 'not':
      return asks(condition.of);
    default:
      return asksTest(condition);
  }
}

function asksTest(test: Test): boolean {
  if (test.kind === 'number' || test.kind === 'masked') return TRANSPORT_FIELDS.has(test.field);
  if (test.kind === 'memory') return test.key.some(isPort);
  return test.kind === 'service cell' || test.kind === 'payload' || test.kind === 'opaque';
}

function asksGate(gate: Gate): boolean {
  return gate.kind !== 'sample' && gate.per.some(({ field }) => isPort(field));
}

function isPort(field: string): boolean {
  return field.endsWith(' port');
}
