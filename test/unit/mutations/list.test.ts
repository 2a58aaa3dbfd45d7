/** Does each mutation still apply? The kernel tests try a few of them only. */
import { expect, test } from 'vitest';
import { MUTATIONS } from '../../mutations/list/index.ts';
import { requireOnce } from '../../mutations/mutant.ts';

test('each stands for one place of the compiler', () => {
  for (const mutation of MUTATIONS) requireOnce(mutation);
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
});
