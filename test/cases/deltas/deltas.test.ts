/**
 * What leads from one policy to another: in each folder `before.sluice`, `after.sluice` and `delta.nft`, with what is said
 * of it. `SLUICE_UPDATE=1` writes what is made now; read the difference before you commit it.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { build, deltaText, type Built } from '../../builders/delta.ts';
import { NftTable } from '../../oracles/nft-table.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const update = process.env['SLUICE_UPDATE'] === '1';

function compiled(name: string, file: string, since?: Built): Built {
  const built = build({ policy: readFileSync(join(folder, name, file), 'utf8'), files: {} }, since?.former);
  if (!built) throw new Error(`${name}/${file} does not compile`);
  return built;
}

/** The delta, with what is printed beside it; builds have the names that they would have in any version. */
function shown(before: Built, after: Built): string {
  const { outcome } = after;
  if (outcome?.kind !== 'delta') return `no delta: ${outcome?.kind === 'none' ? outcome.why : outcome?.kind}\n`;
  const told = [...outcome.load, ...outcome.remarks.map((remark) => `# ${remark}`)].map((line) => `## ${line}\n`);
  const text = deltaText(outcome).replaceAll(before.former.build, 'BEFORE').replaceAll(after.former.build, 'AFTER');
  return told.join('') + text;
}

describe.each(cases.map((entry) => entry.name))('delta %s', (name) => {
  it('is what stands beside it, and leads to the later build', () => {
    const before = compiled(name, 'before.sluice');
    const after = compiled(name, 'after.sluice', before);
    const expected = join(folder, name, 'delta.nft');
    const text = shown(before, after);
    if (update) writeFileSync(expected, text);
    expect(text).toBe(readFileSync(expected, 'utf8'));
    if (after.outcome?.kind !== 'delta') return;
    const whole = new NftTable().load(after.ruleset).content();
    expect(new NftTable().load(before.ruleset).load(deltaText(after.outcome)).content()).toEqual(whole);
  });
});
