/** Single values: one number, a rate, a size, a duration. */
import type { Value } from '../../../grammar/ast/index.ts';
import type { Cell, Rate } from '../../model/condition.ts';
import { columnOf } from '../../model/table.ts';
import { evaluate, report, type ValueContext } from '../context.ts';
import { NEEDS_CONSTANT, NOT_ONE_VALUE, OUT_OF_RANGE, WRONG_RATE } from '../problems.ts';
import { reportType } from './report-type.ts';

export interface IntegerUse {
  /** With its article: `a mark`. */
  readonly title: string;
  readonly minimum: number;
  readonly maximum: number;
}

/** One number or the cell that has it. */
export function wantIntegerOrCell(value: Value, use: IntegerUse, context: ValueContext): number | Cell | undefined {
  const resolved = evaluate(value, context);
  if (resolved.type === 'unknown') return undefined;
  if (resolved.type !== 'numbers') {
    reportType(value, resolved, use.title, context);
    return undefined;
  }
  const [formula] = resolved.dynamic;
  if (formula?.kind === 'cell' && resolved.dynamic.length === 1 && resolved.set.isEmpty()) return formula;
  const single = resolved.dynamic.length === 0 ? resolved.set.singleValue() : undefined;
  if (single === undefined) {
    report(context, NOT_ONE_VALUE, value.span, `${use.title} is one number`);
    return undefined;
  }
  if (single < use.minimum || single > use.maximum) {
    const message = `${use.title} is a number from ${use.minimum} to ${use.maximum}, not ${single}`;
    report(context, OUT_OF_RANGE, value.span, message);
    return undefined;
  }
  return Number(single);
}

/** One number that is known now. */
export function wantInteger(value: Value, use: IntegerUse, context: ValueContext): number | undefined {
  const found = wantIntegerOrCell(value, use, context);
  return refuseCell(found, value, use.title, context);
}

export type RateDimension = 'packets' | 'bits' | 'either';

/** A rate, or the cell that has it, of packets or of bits and bytes. */
export function wantRate(value: Value, dimension: RateDimension, context: ValueContext): Rate | Cell | undefined {
  const resolved = evaluate(value, context);
  if (resolved.type === 'unknown') return undefined;
  if (resolved.type !== 'rate') {
    const hint =
      resolved.type === 'numbers' ? 'A rate has a unit of time: `100/second`, `10/minute`, `5mbit`.' : undefined;
    reportType(value, resolved, 'a rate', context, hint);
    return undefined;
  }
  const { rate } = resolved;
  const counted = countedBy(rate);
  if (counted.size > 1) {
    report(context, WRONG_RATE, value.span, 'this column holds rates of packets and rates of bits', {
      hint: 'One place takes rates of one kind: put the others into a column of their own.',
    });
    return undefined;
  }
  if (dimension === 'packets' && counted.has('bits')) {
    report(context, WRONG_RATE, value.span, 'this is a rate of bits or bytes, and one of packets is wanted here', {
      hint: 'Write packets in a time: `100/second`, `40kpps`.',
    });
    return undefined;
  }
  if (dimension === 'bits' && counted.has('packets')) {
    report(context, WRONG_RATE, value.span, 'this is a rate of packets, and one of bits or bytes is wanted here', {
      hint: 'Write bits a second, such as `5mbit`, or bytes, such as `10mbyte/second`.',
    });
    return undefined;
  }
  return rate;
}

/** What a rate, or the rates in a column, count; nothing is known of a column without rows. */
export function countedBy(rate: Rate | Cell): ReadonlySet<'packets' | 'bits'> {
  if (!isCell(rate)) return new Set([rate.of === 'events' ? 'packets' : 'bits']);
  const column = columnOf(rate.row.table, rate.column);
  const counted = new Set<'packets' | 'bits'>();
  if (column?.data.store !== 'rate') return counted;
  for (const [row, of] of column.data.of.entries()) {
    if (column.present?.[row] !== 0) counted.add(of === 0 ? 'packets' : 'bits');
  }
  return counted;
}

/** Bytes. */
export function wantSize(value: Value, title: string, context: ValueContext): number | undefined {
  const resolved = evaluate(value, context);
  if (resolved.type === 'unknown') return undefined;
  if (resolved.type === 'size') return refuseCell(resolved.bytes, value, title, context);
  reportType(value, resolved, `${title} in bytes`, context, 'Write a size with its unit: `1500B`, `64KiB`.');
  return undefined;
}

/** Milliseconds. */
export function wantDuration(value: Value, title: string, context: ValueContext): number | undefined {
  const resolved = evaluate(value, context);
  if (resolved.type === 'unknown') return undefined;
  if (resolved.type === 'duration') return refuseCell(resolved.milliseconds, value, title, context);
  reportType(value, resolved, title, context, 'Write a duration with its unit: `5s`, `100ms`, `12h`.');
  return undefined;
}

/** Reports a cell where only a constant can stand. */
export function refuseCell<Found>(
  found: Found | Cell | undefined,
  value: Value,
  title: string,
  context: ValueContext,
): Found | undefined {
  if (!isCell(found)) return found;
  report(context, NEEDS_CONSTANT, value.span, `${title} cannot come from a row: it is one for all`);
  return undefined;
}

export function isCell(found: unknown): found is Cell {
  return typeof found === 'object' && found !== null && 'kind' in found && found.kind === 'cell';
}
