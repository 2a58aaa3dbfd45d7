import { expect, test } from 'vitest';
import { nftables } from '../../../backends/nftables/index.ts';
import { everyNode, type PlanNode } from '../../../compiler/6-plan/plan.ts';
import { lowerPolicy } from '../../../compiler/compile.ts';
import { memoryBelow } from '../../../compiler/cost/memory.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';

const memory = nftables.memory!;

/** The plan's body for these rules of a filter. */
function planOf(rules: readonly string[]): PlanNode {
  const text = ['filter forward stateless default drop { essential off', ...rules, '}'].join('\n');
  const inputs = inputsOfFolder(new URL('./', import.meta.url), undefined);
  const { targets } = lowerPolicy({ path: 'policy.sluice', text }, inputs, { planes: [nftables] });
  return targets[0]!.planes[0]!.plan.stages[0]!.body;
}

const verdicts = (count: number) =>
  Array.from({ length: count }, (_, at) => `${at % 2 === 0 ? 'allow' : 'reject'} from 10.0.${at}.1`);

test('rules for many values take their sets', () => {
  const bytes = memoryBelow(memory)(planOf(verdicts(100)));
  expect(bytes).toBeGreaterThanOrEqual(2 * memory.set(50, [4]));
  expect(bytes).toBeLessThan(2 * memory.set(50, [4]) + 3 * memory.rule(2, 1));
});

test('each way of several rules takes a chain and its rules', () => {
  const rules = Array.from(
    { length: 40 },
    (_, at) => `${at % 3 === 0 ? 'reject' : 'allow'} from 10.0.${at}.1 ttl ${at + 1}`,
  );
  const bytes = memoryBelow(memory)(planOf(rules));
  expect(bytes).toBeGreaterThan(40 * (memory.chain + memory.rule(1, 1)));
});

test('what several ways lead to is counted once', () => {
  const [first, second] = [planOf(verdicts(8)), planOf(verdicts(100))];
  const of = memoryBelow(memory);
  const root: PlanNode = { kind: 'sequence', steps: [first, second, { kind: 'sequence', steps: [second] }] };
  expect(everyNode(root).has(second)).toBe(true);
  expect(of(root)).toBe(of(first) + of(second));
});

test('tables of intervals of several fields grow with their bitmaps', () => {
  const of = (elements: number) => memory.concatenatedInterval(elements, [4, 2]);
  expect(of(2000) - of(1000)).toBeGreaterThan(1000 * 104);
  expect(of(20_000)).toBeLessThan(20 * of(2000));
});
