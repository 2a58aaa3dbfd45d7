/** `… -> socket web` */
import type { SocketDispatch } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import type { Condition } from '../../model/condition.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import type { RuleContext } from '../context.ts';
import { protocolsOf } from '../families.ts';
import { NEEDS_PROTOCOL } from '../problems.ts';
import { isActionLegal } from './legal.ts';

const TCP_AND_UDP = IntervalSet.fromIntervals(8, [
  [6, 6],
  [17, 17],
]);

/** The socket's name. `condition` is what the rule's clauses come to. */
export function checkSocket(action: SocketDispatch, condition: Condition, context: RuleContext): string | undefined {
  if (!isActionLegal('socket', action.span, context)) return undefined;
  if (protocolsOf(condition).isSubsetOf(TCP_AND_UDP)) return action.socket.text;
  report(
    context,
    NEEDS_PROTOCOL,
    action.span,
    'sockets are given TCP and UDP, and this rule is for other protocols too',
    {
      hint: 'Say which service is meant: `tcp/80`, `https`, `udp to 192.0.2.0/24`.',
    },
  );
  return undefined;
}
