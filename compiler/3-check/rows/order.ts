import type { Operator } from './select.ts';

/** `a OP b` for values with an order; numbers and bigints compare with each other. */
export function holds(a: number | bigint, operator: Operator, b: number | bigint): boolean {
  const order = a < b ? -1 : a > b ? 1 : 0;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '!=':
      return order !== 0;
    default:
      return order === 0;
  }
}
