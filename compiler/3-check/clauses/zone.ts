/** `in uplink`, `out uplink, dmz` */
import type { ZoneClause } from '../../../grammar/ast/index.ts';
import { lookUpKind } from '../../2-resolve/names.ts';
import { condition, type ClauseContext, type ClauseResult } from '../context.ts';
import { isClauseLegal } from './legal.ts';

export function checkZone(clause: ZoneClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isClauseLegal(clause.direction, clause.span, context);
  const zones = clause.zones.map((name) => lookUpKind(name, 'zone', context)?.zone);
  const known = [...new Set(zones.filter((zone) => zone !== undefined))];
  if (!legal || known.length === 0 || zones.includes(undefined)) return undefined;
  return condition({ kind: 'zone', field: clause.direction, zones: known });
}
