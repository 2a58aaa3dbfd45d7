/** `mark & 0xff == 0x10` */
import type { MaskedField, Value } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { wantInteger } from '../../2-resolve/wanted/scalars.ts';
import type { Condition } from '../../model/condition.ts';
import { FIELD_WIDTHS } from '../../model/fields.ts';
import type { ClauseContext } from '../context.ts';
import { MARK_MASK, NOT_COMPARABLE } from '../problems.ts';
import type { Comparison, Operator } from './comparison.ts';
import { present } from './fields.ts';

export function compareMasked(
  left: MaskedField,
  operator: Operator,
  right: Value,
  comparison: Comparison,
  context: ClauseContext,
): Condition | undefined {
  const { field } = left.field;
  if (field === 'source' || field === 'destination') {
    report(context, NOT_COMPARABLE, left.span, 'addresses are not masked like numbers', {
      hint: 'Compare with a prefix (`source in 10.0.0.0/8`) or with a suffix (`::1:2/::ffff:ffff`).',
    });
    return undefined;
  }
  if (operator !== '==' && operator !== '!=') {
    report(
      context,
      NOT_COMPARABLE,
      comparison.span,
      `what is masked is compared by \`==\` and \`!=\`, not by \`${operator}\``,
    );
    return undefined;
  }
  const maximum = 2 ** FIELD_WIDTHS[field] - 1;
  const mask = wantInteger(left.mask, { title: `a mask for the ${field}`, minimum: 1, maximum }, context);
  const value = wantInteger(right, { title: 'what is compared under a mask', minimum: 0, maximum }, context);
  if (mask === undefined || value === undefined) return undefined;
  const outside = BigInt(value) & ~BigInt(mask);
  if (outside !== 0n) {
    report(
      context,
      MARK_MASK,
      right.span,
      `this has bits outside the mask (0x${outside.toString(16)}), so it is never equal`,
    );
    return undefined;
  }
  const equal: Condition = { kind: 'masked', field, value, mask };
  return operator === '==' ? equal : { kind: 'all', of: [present(field, context.place), { kind: 'not', of: equal }] };
}
