/** `… -> socket web` */
import type { RateClause, SocketDispatch } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import type { Condition, RateGate } from '../../model/condition.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { checkLimit } from '../clauses/limits.ts';
import type { ClauseContext } from '../context.ts';
import { protocolsOf } from '../families.ts';
import { ILLEGAL_CLAUSE, NEEDS_PROTOCOL } from '../problems.ts';
import { isShareable } from '../shared-limits.ts';
import { isActionLegal } from './legal.ts';

const UDP = IntervalSet.of(8, 17);
const TCP_AND_UDP = IntervalSet.fromIntervals(8, [
  [6, 6],
  [17, 17],
]);

interface CheckedSocket {
  readonly socket: string;
  readonly socketLimit?: RateGate;
}

/** The socket's name, and how much it gets. `condition` is what the rule's clauses come to. */
export function checkSocket(
  action: SocketDispatch,
  condition: Condition,
  context: ClauseContext,
): CheckedSocket | undefined {
  if (!isActionLegal('socket', action.span, context)) return undefined;
  if (protocolsOf(condition).isSubsetOf(TCP_AND_UDP)) {
    const socket = action.socket.text;
    if (!action.limit) return { socket };
    const socketLimit = checkSocketLimit(action.limit, condition, context);
    return socketLimit && { socket, socketLimit };
  }
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

/** A limit is of datagrams: a connection is given to a socket once. */
function checkSocketLimit(clause: RateClause, condition: Condition, context: ClauseContext): RateGate | undefined {
  const limit = checkLimit(clause, context);
  if (!protocolsOf(condition).isSubsetOf(UDP)) {
    report(
      context,
      NEEDS_PROTOCOL,
      clause.span,
      'how much a socket gets is a limit of datagrams, and this rule is for TCP too',
      {
        hint: 'Write two rules, `udp/53 … -> socket NAME up to …` and `tcp/53 … -> socket NAME`.',
      },
    );
    return undefined;
  }
  const inZone = limit?.per.find(({ field }) => field === 'in');
  if (inZone) {
    report(context, ILLEGAL_CLAUSE, clause.span, '`per in` cannot stand behind a socket', {
      hint: 'There it is not known any more by which zone a datagram came in. Limit that in `mitigate` or in a filter.',
    });
    return undefined;
  }
  return limit && isShareable(limit, context) ? limit : undefined;
}
