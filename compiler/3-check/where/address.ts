/** `source == 10.0.0.1`, `destination in admins`, `source != u.room` */
import type { Value } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { wantAddresses } from '../../2-resolve/wanted/addresses.ts';
import type { Condition } from '../../model/condition.ts';
import type { AddressField } from '../../model/fields.ts';
import { AddressSet } from '../../net/address-set.ts';
import { addressCondition } from '../conditions.ts';
import type { ClauseContext } from '../context.ts';
import { defaultView } from '../place.ts';
import { NOT_COMPARABLE } from '../problems.ts';
import type { Comparison, Operator } from './comparison.ts';

export function compareAddress(
  field: AddressField,
  operator: Operator,
  value: Value,
  comparison: Comparison,
  context: ClauseContext,
): Condition | undefined {
  if (operator !== '==' && operator !== '!=' && operator !== 'in') {
    report(context, NOT_COMPARABLE, comparison.span, `addresses are not compared by \`${operator}\``, {
      hint: 'A range of addresses is a set: `where source in 10.0.0.1-10.0.0.9`.',
    });
    return undefined;
  }
  const view = defaultView(context.place);
  const values = wantAddresses(value, context);
  if (!values) return undefined;
  const among = addressCondition(values, field, view);
  if (operator !== '!=') return among;
  // The comparison is false where there is no address, so it is not the complement over all packets.
  context.negations.push({ of: among, span: comparison.span });
  return {
    kind: 'all',
    of: [
      { kind: 'address', field, view, in: AddressSet.full },
      { kind: 'not', of: among },
    ],
  };
}
