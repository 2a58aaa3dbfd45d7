/** `from SET [port SET]`, `to SET [port SET]`, `host SET` */
import type { AddressClause, AddressView } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { PORT_USE } from '../../2-resolve/values/service.ts';
import { wantAddresses } from '../../2-resolve/wanted/addresses.ts';
import { fitNumbers, wantNumbers } from '../../2-resolve/wanted/numbers.ts';
import type { AddressValues, NumberValues } from '../../2-resolve/resolved.ts';
import type { Condition, View } from '../../model/condition.ts';
import type { AddressField } from '../../model/fields.ts';
import { addressCondition, numberCondition } from '../conditions.ts';
import { all, any, condition, type ClauseContext, type ClauseResult } from '../context.ts';
import { defaultView } from '../place.ts';
import { PORT_BEFORE_TRANSLATION } from '../problems.ts';
import { isClauseLegal } from './legal.ts';

const FIELDS: Readonly<Record<AddressClause['side'], readonly AddressField[]>> = {
  from: ['source'],
  to: ['destination'],
  host: ['source', 'destination'],
};

export function checkAddress(clause: AddressClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isViewLegal(clause.view, clause, context);
  const addresses = wantAddresses(clause.addresses, context);
  const ports = clause.ports && wantNumbers(clause.ports, PORT_USE, context);
  if (!legal || !addresses) return undefined;
  if (clause.ports && clause.view === 'original') {
    report(context, PORT_BEFORE_TRANSLATION, clause.ports.span, 'this would be the port before translation', {
      hint: 'Leave the port out here. A clause of its own (`tcp/80`) asks for the port that the packet has after translation.',
    });
    return undefined;
  }
  if (clause.ports && (!ports || !fitNumbers(ports.set, PORT_USE, clause.ports, context))) return undefined;
  const view = viewOf(clause.view, context);
  return condition(any(FIELDS[clause.side].map((field) => endpoint(field, view, addresses, ports))));
}

/** Whose addresses a clause speaks of. */
function viewOf(view: AddressView, context: ClauseContext): View {
  return view === 'default' ? defaultView(context.place) : view;
}

function isViewLegal(view: AddressView, clause: AddressClause, context: ClauseContext): boolean {
  if (view === 'default') return isClauseLegal('from, to, host', clause.span, context);
  return isClauseLegal(view === 'original' ? 'original …' : 'on wire …', clause.span, context);
}

function endpoint(
  field: AddressField,
  view: View,
  addresses: AddressValues,
  ports: NumberValues | undefined,
): Condition {
  const address = addressCondition(addresses, field, view);
  return ports ? all([address, numberCondition(ports, `${field} port`)]) : address;
}
