/** Dumps of real firewalls against copies with one rule moved, removed or widened: exactly the packets that change are reported. */
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import { packetsForPrograms } from '../arbitraries/program-packet.ts';
import { programOf } from '../builders/diff.ts';
import { nothingSeen, requireExact } from '../builders/diff-check.ts';
import { dumpEdits, editedDump, importedDump } from '../builders/dump-edits.ts';
import { count } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';

it.for(['office', 'company'])('of %s', (name, context) => {
  const dump = new TextDecoder().decode(sharedBytes(context, `data/iptables/${name}.save`));
  const first = importedDump(dump)!;
  const old = programOf(first)!;
  const seen = { ...nothingSeen(), edits: 0 };
  fastCheck.assert(
    fastCheck.property(dumpEdits, fastCheck.nat(), (edit, seed) => {
      const second = importedDump(editedDump(dump, edit));
      const later = second && programOf(second);
      fastCheck.pre(second !== undefined && later !== undefined);
      const packets = fastCheck.sample(packetsForPrograms([old, later], false), { numRuns: 60, seed });
      requireExact(old, later, packets, JSON.stringify(edit), seen);
      seen.edits++;
    }),
    { numRuns: count(6, 100) },
  );
  expect(seen.edits).toBeGreaterThan(0);
  expect(seen.same).toBeGreaterThan(0);
  if (count(0, 1) === 1) for (const number of Object.values(seen)) expect(number).toBeGreaterThan(0);
});
