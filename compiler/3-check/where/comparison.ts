/** `length > 1400`, `source == destination`, `mark & 0xff == 0x10`, `payload[0..3] == 0xdeadbeef` */
import type { Expression, FieldReference, Operand, Value } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import type { Condition } from '../../model/condition.ts';
import type { ClauseContext } from '../context.ts';
import { NOT_COMPARABLE } from '../problems.ts';
import { compareAddress } from './address.ts';
import { compareFields, fieldRow } from './fields.ts';
import { isClauseLegal } from '../clauses/legal.ts';
import { compareMasked } from './masked.ts';
import { compareNumber } from './number.ts';
import { comparePayload } from './payload.ts';

export type Comparison = Extract<Expression, { readonly kind: 'comparison' }>;
export type Operator = Comparison['operator'];

/** What `a OP b` is as `b OP a`. */
const MIRRORED: Readonly<Partial<Record<Operator, Operator>>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

export function checkComparison(comparison: Comparison, context: ClauseContext): Condition | undefined {
  const { left, right, operator } = comparison;
  if (isOfPacket(left)) return compare(left, operator, right, comparison, context);
  const mirrored = MIRRORED[operator];
  if (isOfPacket(right) && mirrored) return compare(right, mirrored, left, comparison, context);
  report(context, NOT_COMPARABLE, comparison.span, 'neither side of this comparison is a field of the packet', {
    hint: 'Rows are picked by the `where` of their `each`: `each u in users where u.plan == trial { … }`.',
  });
  return undefined;
}

type PacketOperand = Exclude<Operand, Value>;

function isOfPacket(operand: Operand): operand is PacketOperand {
  return operand.kind === 'field' || operand.kind === 'payload' || operand.kind === 'masked-field';
}

function compare(
  left: PacketOperand,
  operator: Operator,
  right: Operand,
  comparison: Comparison,
  context: ClauseContext,
): Condition | undefined {
  if (left.kind === 'payload') {
    if (!isClauseLegal('payload', left.span, context)) return undefined;
    return isOfPacket(right) ? notAValue(right, context) : comparePayload(left, operator, right, comparison, context);
  }
  const field = left.kind === 'field' ? left : left.field;
  if (!isClauseLegal(fieldRow(field.field), left.span, context)) return undefined;
  if (right.kind === 'field' && left.kind === 'field') return compareFields(left, operator, right, comparison, context);
  if (isOfPacket(right)) return notAValue(right, context);
  if (left.kind === 'masked-field') return compareMasked(left, operator, right, comparison, context);
  return isAddressField(left)
    ? compareAddress(left.field, operator, right, comparison, context)
    : compareNumber(left, operator, right, context);
}

function isAddressField(field: FieldReference): field is FieldReference & { readonly field: 'source' | 'destination' } {
  return field.field === 'source' || field.field === 'destination';
}

function notAValue(operand: PacketOperand, context: ClauseContext): undefined {
  report(context, NOT_COMPARABLE, operand.span, 'a part of the packet can only be compared with a value here', {
    hint: 'Two fields of one kind can be compared as they are: `where source == destination`.',
  });
  return undefined;
}
