/** `A + B`, `A - B`, `A & B` */
import type { SetOperation, Value } from '../../../grammar/ast/index.ts';
import type { Span } from '../../../grammar/source.ts';
import { AddressSet } from '../../net/address-set.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { evaluate, report, type ValueContext } from '../context.ts';
import { MIXED_TYPES, NOT_A_SET } from '../problems.ts';
import {
  NUMBER_WIDTH,
  RESOLVED_TITLES,
  UNKNOWN,
  addresses,
  isSet,
  numbers,
  type Resolved,
  type SetValues,
} from '../resolved.ts';
import { combine, unite } from '../set-algebra.ts';

export function evaluateOperation(operation: SetOperation, context: ValueContext): Resolved {
  // A long sum leans to the left: walk down its spine, so that its length is no matter of the stack.
  const steps: SetOperation[] = [];
  let first: Value = operation;
  for (; first.kind === 'operation'; first = first.left) steps.push(first);
  let pending: Resolved[] = [evaluate(first, context)];
  for (const step of steps.toReversed()) {
    const right = evaluate(step.right, context);
    if (step.operator === '+') {
      pending.push(right);
    } else {
      pending = [apply(step.operator, join(pending, operation.span, context), right, step, context)];
    }
  }
  return join(pending, operation.span, context);
}

/** The union of values that must be sets of one type; a single value stays what it is. */
export function join(values: readonly Resolved[], span: Span, context: ValueContext): Resolved {
  const [only] = values;
  if (only && values.length === 1) return only;
  if (values.some((value) => value.type === 'unknown')) return UNKNOWN;
  if (values.some((value) => value.type === 'any')) return { type: 'any' };
  const nothing = values.some((value) => value.type === 'nothing' && value.orEmpty);
  const sets: SetValues[] = [];
  for (const value of values) {
    if (isSet(value)) {
      if (sets[0] && sets[0].type !== value.type) return mixed(sets[0], value, span, context);
      sets.push(value);
    } else if (value.type !== 'nothing') {
      report(context, NOT_A_SET, span, `${RESOLVED_TITLES[value.type]} cannot stand in a list or a sum`);
      return UNKNOWN;
    }
  }
  if (sets.length === 0) return { type: 'nothing', orEmpty: nothing };
  const [single] = sets;
  return single && sets.length === 1 ? single : unite(sets);
}

function apply(
  operator: '-' | '&',
  left: Resolved,
  right: Resolved,
  step: SetOperation,
  context: ValueContext,
): Resolved {
  if (left.type === 'unknown' || right.type === 'unknown') return UNKNOWN;
  const a = everythingLike(left, right);
  const b = everythingLike(right, left);
  if (!isSet(a) || !isSet(b)) return withoutSet(operator, a, b, step, context);
  return combine(operator, a, b) ?? mixed(a, b, step.span, context);
}

/** `any` and the empty list, as a set of the other side's type. */
function everythingLike(value: Resolved, other: Resolved): Resolved {
  if (value.type !== 'any' && value.type !== 'nothing') return value;
  const full = value.type === 'any';
  const orEmpty = value.type === 'nothing' && value.orEmpty;
  if (other.type === 'addresses') return { ...addresses(full ? AddressSet.full : AddressSet.empty), orEmpty };
  if (other.type === 'numbers') {
    return { ...numbers(full ? IntervalSet.full(NUMBER_WIDTH) : IntervalSet.empty(NUMBER_WIDTH)), orEmpty };
  }
  return value;
}

function withoutSet(
  operator: '-' | '&',
  a: Resolved,
  b: Resolved,
  step: SetOperation,
  context: ValueContext,
): Resolved {
  if (a.type === 'nothing') return a;
  if (b.type === 'nothing') return operator === '-' ? a : b;
  const wrong = isSet(a) ? b : a;
  const at = isSet(a) ? step.right : step.left;
  report(context, NOT_A_SET, at.span, `${RESOLVED_TITLES[wrong.type]} cannot stand beside \`${operator}\``);
  return UNKNOWN;
}

function mixed(a: SetValues, b: SetValues, span: Span, context: ValueContext): Resolved {
  const message = `${RESOLVED_TITLES[a.type]} and ${RESOLVED_TITLES[b.type]} do not make one set`;
  report(context, MIXED_TYPES, span, message);
  return UNKNOWN;
}
