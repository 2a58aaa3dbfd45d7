/** `u.room == u.home`, `l.used > l.allowed`: two cells of one row. */
import type { Span } from '../../../grammar/source.ts';
import { report } from '../../2-resolve/context.ts';
import type { Column } from '../../model/table.ts';
import type { RuleContext } from '../context.ts';
import { NOT_COMPARABLE } from '../problems.ts';
import { holds } from './order.ts';
import { addressReader, hasValue, orderedReader, textReader } from './readers.ts';
import type { Operator, RowTest } from './select.ts';

export function compareCells(
  left: Column,
  operator: Operator,
  right: Column,
  span: Span,
  context: RuleContext,
): RowTest | undefined {
  const test =
    left.type.kind === right.type.kind || bothIntegers(left, right) ? testOf(left, operator, right) : undefined;
  if (test) return (row) => hasValue(left, row) && hasValue(right, row) && test(row);
  report(
    context,
    NOT_COMPARABLE,
    span,
    `the columns \`${left.name}\` and \`${right.name}\` cannot be compared by \`${operator}\``,
  );
  return undefined;
}

function bothIntegers(left: Column, right: Column): boolean {
  const kinds = new Set(['unsigned', 'port', 'protocol']);
  return kinds.has(left.type.kind) && kinds.has(right.type.kind);
}

function testOf(left: Column, operator: Operator, right: Column): RowTest | undefined {
  if (operator === 'in') return cellIn(left, right);
  const [a, b] = [orderedReader(left), orderedReader(right)];
  if (a && b) return (row) => holds(a(row), operator, b(row));
  if (operator !== '==' && operator !== '!=') return undefined;
  const equal = equality(left, right);
  return equal && (operator === '==' ? equal : (row) => !equal(row));
}

function equality(left: Column, right: Column): RowTest | undefined {
  const [a, b] = [textReader(left), textReader(right)];
  if (a && b) return (row) => a(row) === b(row);
  const [c, d] = [addressReader(left), addressReader(right)];
  if (!c || !d) return undefined;
  return (row) => {
    const [one, other] = [c(row), d(row)];
    return one.family === other.family && one.low === other.low && one.high === other.high;
  };
}

/** An address or prefix inside another cell's prefix. */
function cellIn(left: Column, right: Column): RowTest | undefined {
  const [inner, outer] = [addressReader(left), addressReader(right)];
  if (!inner || !outer) return undefined;
  return (row) => {
    const [a, b] = [inner(row), outer(row)];
    return a.family === b.family && b.low <= a.low && a.high <= b.high;
  };
}
