/** Fields as expressions name them, and equality of two of them. */
import type { FieldReference } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import type { Condition } from '../../model/condition.ts';
import { FIELD_WIDTHS, type AddressField, type NumberField } from '../../model/fields.ts';
import { AddressSet } from '../../net/address-set.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import type { ClauseContext } from '../context.ts';
import type { ClauseRow } from '../legality.ts';
import { defaultView, type Place } from '../place.ts';
import { NOT_COMPARABLE } from '../problems.ts';
import type { Comparison, Operator } from './comparison.ts';

type Name = FieldReference['field'];

const ROWS: Readonly<Record<Name, ClauseRow>> = {
  source: 'from, to, host',
  destination: 'from, to, host',
  'source port': 'port',
  'destination port': 'port',
  protocol: 'service',
  length: 'length',
  ttl: 'ttl',
  dscp: 'dscp',
  mark: 'mark',
  vlan: 'vlan',
};

/** The clause that speaks of the field: an expression on it may stand where that may. */
export function fieldRow(field: Name): ClauseRow {
  return ROWS[field];
}

export function compareFields(
  left: FieldReference,
  operator: Operator,
  right: FieldReference,
  comparison: Comparison,
  context: ClauseContext,
): Condition | undefined {
  const kinds = [kindOf(left.field), kindOf(right.field)];
  if (kinds[0] !== kinds[1] || left.field === right.field || (operator !== '==' && operator !== '!=')) {
    const message = `\`${left.field} ${operator} ${right.field}\` is no comparison of two fields of one kind`;
    report(context, NOT_COMPARABLE, comparison.span, message, {
      hint: 'Two fields can be compared by `==` and `!=`, where both are addresses, or both ports.',
    });
    return undefined;
  }
  const same: Condition = { kind: 'same field', left: left.field, right: right.field };
  if (operator === '==') return same;
  return {
    kind: 'all',
    of: [present(left.field, context.place), present(right.field, context.place), { kind: 'not', of: same }],
  };
}

function kindOf(field: Name): string {
  if (field === 'source' || field === 'destination') return 'address';
  return field.endsWith('port') ? 'port' : field;
}

/** The packet has the field. */
export function present(field: AddressField | NumberField, place: Place | undefined): Condition {
  return field === 'source' || field === 'destination'
    ? { kind: 'address', field, view: defaultView(place), in: AddressSet.full }
    : { kind: 'number', field, in: IntervalSet.full(FIELD_WIDTHS[field]) };
}
