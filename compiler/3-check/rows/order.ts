import type { Operator } from './select.ts';

/** `a OP b` for values with an order; numbers and bigints compare with each other. */
export function holds(a: number | bigint, operator: Operator, b: number | bigint): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '!=':
      return a < b || a > b;
    default:
      return a >= b && a <= b;
  }
}
