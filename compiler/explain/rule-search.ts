/** What finds a packet's rule in a plane that asks none after another, as a stage of its own before the blocks. */
import type { Expense, RuleSearch } from '../plane.ts';
import { stepInWords, type ExplainedStage, type ExplainedStep } from './explained.ts';

export function explainSearch({ sought, rules, steps }: RuleSearch): ExplainedStage {
  const expenses = steps.flatMap(({ expense }) => expense ?? []);
  const sum = (kind: keyof Expense) => expenses.reduce((all, expense) => all + expense[kind], 0);
  return {
    name: `search for the ${sought}, among ${rules.toLocaleString('en')} at once`,
    before: [],
    default: undefined,
    expense: expenses.length > 0 ? { expected: sum('expected'), worst: sum('worst') } : undefined,
    steps: steps.map(({ title, lookup, expense, bytes }): ExplainedStep => ({
      ...stepInWords(title, lookup, []),
      expense,
      share: expense?.expected,
      memory: bytes,
    })),
    alternatives: [],
  };
}
