/** Clauses by the kind of their syntax. */
import type { Clause, ClauseKind } from '../../../grammar/ast/index.ts';
import type { ClauseContext, ClauseResult } from '../context.ts';
import { checkAddress } from './address.ts';
import { checkConnections, checkRate, checkSample } from './limits.ts';
import { checkMark } from './mark.ts';
import { checkNot } from './not.ts';
import { checkDscp, checkField } from './numbers.ts';
import { checkIcmp, checkService } from './service.ts';
import { checkFamily, checkFragment, checkOpaque, checkState } from './simple.ts';
import { checkTcpFlags } from './tcp-flags.ts';
import { checkDuring, checkUntil } from './time.ts';
import { checkWhere } from './where.ts';
import { checkZone } from './zone.ts';

type Checkers = {
  readonly [Kind in ClauseKind]: (
    clause: Extract<Clause, { readonly kind: Kind }>,
    context: ClauseContext,
  ) => ClauseResult | undefined;
};

const checkers: Checkers = {
  zone: checkZone,
  address: checkAddress,
  service: checkService,
  icmp: checkIcmp,
  dscp: checkDscp,
  mark: checkMark,
  'tcp-flags': checkTcpFlags,
  field: checkField,
  fragment: checkFragment,
  family: checkFamily,
  state: checkState,
  rate: checkRate,
  connections: checkConnections,
  sample: checkSample,
  until: checkUntil,
  during: checkDuring,
  where: checkWhere,
  opaque: checkOpaque,
  not: (clause, context) => checkNot(clause, context, checkClause),
};

/** What the clause comes to; undefined where it is wrong, which is reported. */
export function checkClause(clause: Clause, context: ClauseContext): ClauseResult | undefined {
  const check = checkers[clause.kind] as (clause: Clause, context: ClauseContext) => ClauseResult | undefined;
  return check(clause, context);
}
