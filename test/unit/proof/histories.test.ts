import { expect, it } from 'vitest';
import { Histories } from '../../../compiler/proof/histories.ts';
import { OutOfBudget } from '../../../compiler/proof/node-table.ts';

const BITS = 12;

/** Each of so many things may have happened, or not. */
function allCombinations(histories: Histories): number {
  let last = 0;
  for (let set = 0; set < 2 ** BITS; set++) {
    const events = Array.from({ length: BITS }, (_, bit) => bit).filter((bit) => (set >> bit) & 1);
    last = events.reduce(
      (history, bit) => histories.join(history, histories.single({ kind: 'other', text: `${bit}` })),
      0,
    );
  }
  return last;
}

it('combinations of what may have happened are kept apart', () => {
  const histories = new Histories();
  expect(histories.of(allCombinations(histories)).length).toBe(BITS);
});

it('more combinations than there is memory for end the proof', () => {
  expect(() => allCombinations(new Histories(100_000))).toThrow(OutOfBudget);
});
