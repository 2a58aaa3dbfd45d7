/** Numbers for a field of the packet. */
import type { Value } from '../../../grammar/ast/index.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { evaluate, report, type ValueContext } from '../context.ts';
import { EMPTY_SET, OUT_OF_RANGE } from '../problems.ts';
import { NUMBER_WIDTH, isEmptySet, numbers, type NumberValues, type Resolved } from '../resolved.ts';
import { reportType } from './report-type.ts';

/** What numbers are wanted for. */
export interface NumberUse {
  readonly width: number;
  readonly maximum: number;
  /** With its article: `a port`. */
  readonly title: string;
}

/** Numbers in any form; nothing, when the value is something else, which is reported. `any` gives every number in range. */
export function wantNumbers(value: Value, use: NumberUse, context: ValueContext): NumberValues | undefined {
  const resolved = evaluate(value, context);
  if (resolved.type === 'unknown') return undefined;
  const found = asNumbers(resolved, use);
  if (!found) {
    reportType(value, resolved, use.title, context);
    return undefined;
  }
  if (isEmptySet(found) && !found.orEmpty) {
    report(context, EMPTY_SET, value.span, 'this is an empty set, so nothing can match');
    return undefined;
  }
  return found;
}

function asNumbers(resolved: Resolved, use: NumberUse): NumberValues | undefined {
  if (resolved.type === 'numbers') return resolved;
  if (resolved.type === 'any') return numbers(IntervalSet.range(NUMBER_WIDTH, 0, use.maximum));
  if (resolved.type === 'nothing') return { ...numbers(IntervalSet.empty(NUMBER_WIDTH)), orEmpty: resolved.orEmpty };
  return undefined;
}

/** The set in the field's own width; reports the first number that does not fit. */
export function fitNumbers(
  set: IntervalSet,
  use: NumberUse,
  value: Value,
  context: ValueContext,
): IntervalSet | undefined {
  const fitting = use.width <= 32 ? set.narrowed(use.width) : undefined;
  const last = set.intervalCount - 1;
  if (fitting && (last < 0 || fitting.highAt(last) <= use.maximum)) return fitting;
  if (last >= 0 && BigInt(set.highAt(last)) > BigInt(use.maximum)) {
    const worst = set.highAt(last);
    report(
      context,
      OUT_OF_RANGE,
      placeOf(value, BigInt(worst)),
      `${use.title} is at most ${use.maximum}, not ${worst}`,
    );
    return undefined;
  }
  return IntervalSet.fromIntervals(use.width, set.bigintIntervals());
}

/** Where in a list the number stands, if it stands there as such. */
function placeOf(value: Value, worst: bigint): Value['span'] {
  if (value.kind === 'list') {
    const item = value.items.find(
      (each) =>
        (each.kind === 'integer' && each.value === worst) ||
        (each.kind === 'range' && each.high.kind === 'integer' && each.high.value === worst),
    );
    if (item) return item.span;
  }
  return value.span;
}
