/** Diagrams in the order of the fields in which they are small enough. */
import { Diagrams } from './diagrams.ts';
import { FieldLayout, type FieldOrder } from './fields.ts';
import { OutOfBudget } from './node-table.ts';

/** Bytes that each order of the fields may use at first, before any may use the whole. */
const FIRST_BUDGETS = [2 ** 29];

/** Tries the orders of the fields in turn, with little memory first: what is large in one may be small in another. Throws `OutOfBudget`. */
export function inSomeOrder<Result>(
  orders: readonly FieldOrder[],
  budget: number,
  run: (diagrams: Diagrams, layout: FieldLayout, order: FieldOrder) => Result,
): Result {
  for (const bytes of [...FIRST_BUDGETS.filter((first) => first < budget), budget]) {
    for (const order of orders) {
      try {
        return run(new Diagrams(bytes), new FieldLayout(order), order);
      } catch (error) {
        if (!(error instanceof OutOfBudget)) throw error;
      }
    }
  }
  throw new OutOfBudget(budget);
}
