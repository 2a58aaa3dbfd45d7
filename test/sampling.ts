/**
 * How much the tests try. Vitest loads this file before each property test file and each kernel test file, so that
 * fast-check draws the same values in every run; a failure prints the seed and the path that repeat it.
 *
 * - `SLUICE_FULL=1` (`npm run test:full`): the full counts.
 * - `SLUICE_SEED=N`: other values than usual, to look further.
 */

import fastCheck from 'fast-check';

/** Whether this run takes the full counts instead of a sample. */
const full = process.env['SLUICE_FULL'] === '1';

/** The seed of everything in tests that is drawn at random. */
export const seed = Number(process.env['SLUICE_SEED'] ?? 20180501);

/** A count (or what there is to try) for this run: `sampled` in `npm test`, `complete` in `npm run test:full`. */
export function count<T>(sampled: T, complete: T): T {
  return full ? complete : sampled;
}

fastCheck.configureGlobal({ seed, numRuns: count(100, 500) });
