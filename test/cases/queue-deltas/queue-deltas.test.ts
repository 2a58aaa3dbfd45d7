/**
 * What leads from one policy's queues to another's: in each folder `before.sluice`, `after.sluice` and `change.txt`, the commands
 * and their file. `SLUICE_UPDATE=1` writes what is made now; read the difference before you commit it.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formerOf, queuesOf, queuesSince, textOf } from '../../builders/queues.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const update = process.env['SLUICE_UPDATE'] === '1';

const textIn = (name: string, file: string) => ({ policy: readFileSync(join(folder, name, file), 'utf8'), files: {} });

/** Builds have the names that they would have in any version. */
function shown(name: string): string {
  const before = queuesOf(textIn(name, 'before.sluice'));
  if (!before) throw new Error(`${name}/before.sluice has no queues`);
  const after = queuesOf(textIn(name, 'after.sluice'))?.build;
  const outcome = queuesSince(textIn(name, 'after.sluice'), formerOf(before));
  if (outcome?.kind !== 'delta') return `no change: ${outcome?.kind === 'none' ? outcome.why : outcome?.kind}\n`;
  const told = [...outcome.load, ...outcome.remarks.map((remark) => `# ${remark}`)].map((line) => `## ${line}\n`);
  const text = textOf(outcome.artifacts, 'tc/change.batch');
  return told.join('') + text.replaceAll(before.build, 'BEFORE').replaceAll(after ?? before.build, 'AFTER');
}

describe.each(cases.map((entry) => entry.name))('change of queues %s', (name) => {
  it('is what stands beside it', () => {
    const expected = join(folder, name, 'change.txt');
    const text = shown(name);
    if (update) writeFileSync(expected, text);
    expect(text).toBe(readFileSync(expected, 'utf8'));
  });
});
