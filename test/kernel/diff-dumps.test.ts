/** Dumps of real firewalls against copies with one rule changed: by packets in the kernel, those that change are those that `diff` reports. */
import { spawnSync } from 'node:child_process';
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { dumpEdits, editedDump, importedDump } from '../builders/dump-edits.ts';
import { programOf } from '../builders/diff.ts';
import type { Program } from '../../compiler/4-program/program.ts';
import { sharedBytes } from '../shared-data.ts';
import { count, seed } from '../sampling.ts';
import { compareEdit, nothingSent } from './diff/edited-dump.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { withSteadyRates } from './import/steady-rates.ts';

function programOfDump(dump: string): Program | undefined {
  const policy = importedDump(withSteadyRates(dump));
  return policy && programOf(policy);
}

const EDITS = count(3, 100);
const PACKETS = count(600, 2000);

describeWithKernel('dumps with one rule changed', () => {
  test.for(['office', 'company'])('%s.save', async (name, context) => {
    const isMissing = spawnSync('iptables-legacy-restore', ['--version']).status !== 0;
    context.skip(isMissing, 'there is no iptables-legacy-restore');
    const dump = new TextDecoder().decode(sharedBytes(context, `data/iptables/${name}.save`));
    const old = programOfDump(dump);
    const seen = nothingSent();
    for (const [at, edit] of fastCheck.sample(dumpEdits, { seed, numRuns: 3 * EDITS }).entries()) {
      if (seen.edits === EDITS) break;
      const later = editedDump(dump, edit);
      const own = later === dump ? undefined : programOfDump(later);
      // What the import refuses, and what is no change of the text.
      if (!own) continue;
      const dumps = { old: dump, new: later };
      const programs = { old: old!, new: own };
      const draw = { seed: seed + at, packets: PACKETS };
      await compareEdit({ dumps, programs, about: JSON.stringify(edit) }, draw, seen);
    }
    expect(seen.edits).toBe(EDITS);
    expect(seen.passed).toBeGreaterThan(EDITS);
    expect(seen.differing).toBeGreaterThan(0);
  });
});
