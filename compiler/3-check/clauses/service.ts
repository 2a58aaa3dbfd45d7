/** `tcp/25, ssh`, `udp`, and `icmp echo-request` */
import type { IcmpClause, ServiceClause } from '../../../grammar/ast/index.ts';
import { wantServices } from '../../2-resolve/wanted/services.ts';
import { serviceCondition } from '../conditions.ts';
import { condition, type ClauseContext, type ClauseResult } from '../context.ts';
import { isClauseLegal } from './legal.ts';

export function checkService(clause: ServiceClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isClauseLegal('service', clause.span, context);
  const services = wantServices(clause.services, clause.span, context);
  return legal && services ? condition(serviceCondition(services)) : undefined;
}

export function checkIcmp(clause: IcmpClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isClauseLegal('icmp', clause.span, context);
  const services = wantServices([clause.icmp], clause.span, context);
  return legal && services ? condition(serviceCondition(services)) : undefined;
}
