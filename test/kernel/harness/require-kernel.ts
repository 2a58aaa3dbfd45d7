/** Tests that need the lab. */
import { describe } from 'vitest';
import { missingForLab } from '../../../cli/lab/missing.ts';

/** A `describe` whose tests need the lab: where there can be none they are skipped, and the name says why. */
export function describeWithKernel(name: string, body: () => void): void {
  const missing = missingForLab();
  describe.runIf(missing === undefined)(missing === undefined ? name : `${name} (skipped: needs ${missing})`, body);
}
