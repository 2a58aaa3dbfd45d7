/** New ports: one, a range, or a cell. */
import type { Value } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { PORT_USE } from '../../2-resolve/values/service.ts';
import { fitNumbers, wantNumbers } from '../../2-resolve/wanted/numbers.ts';
import type { Condition } from '../../model/condition.ts';
import { PROTOCOLS_WITH_PORTS } from '../../model/fields.ts';
import type { PortTarget } from '../../model/policy.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import type { RuleContext } from '../context.ts';
import { protocolsOf } from '../families.ts';
import { NEEDS_PROTOCOL, TARGET_PORTS } from '../problems.ts';

const WITH_PORTS = IntervalSet.fromIntervals(
  8,
  PROTOCOLS_WITH_PORTS.map((protocol) => [protocol, protocol] as const),
);

export function readPorts(
  value: Value | undefined,
  condition: Condition,
  context: RuleContext,
): PortTarget | undefined | 'wrong' {
  if (!value) return undefined;
  const target = portTarget(value, context);
  if (!target) return 'wrong';
  if (protocolsOf(condition).isSubsetOf(WITH_PORTS)) return target;
  report(
    context,
    NEEDS_PROTOCOL,
    value.span,
    'new ports are for protocols that have ports, and this rule is for others too',
    {
      hint: 'Say in the rule which protocol is meant: `tcp`, `udp/53`, `f.proto/f.port`.',
    },
  );
  return 'wrong';
}

function portTarget(value: Value, context: RuleContext): PortTarget | undefined {
  const ports = wantNumbers(value, PORT_USE, context);
  const fitting = ports && fitNumbers(ports.set, PORT_USE, value, context);
  if (!ports || !fitting) return undefined;
  const [cell, ...more] = ports.dynamic;
  if (cell?.kind === 'cell' && more.length === 0 && fitting.isEmpty()) return cell;
  if (ports.dynamic.length === 0 && fitting.intervalCount === 1) {
    return { kind: 'range', low: Number(fitting.lowAt(0)), high: Number(fitting.highAt(0)) };
  }
  report(context, TARGET_PORTS, value.span, 'a translation leads to one port, or to one range of ports');
  return undefined;
}
