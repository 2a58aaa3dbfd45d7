/**
 * Texts that cannot be read, a folder each: `input.sluice`, and in `expected.txt` the whole message that a person gets
 * and how many statements were read all the same. `SLUICE_UPDATE=1` writes that anew.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import { parse } from '../../../grammar/parse.ts';

const here = new URL('./', import.meta.url);
const update = process.env['SLUICE_UPDATE'] === '1';

const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('a text that cannot be read is explained', () => {
  it.each(cases)('%s', (name) => {
    const text = readFileSync(new URL(`${name}/input.sluice`, here), 'utf8');
    const { diagnostics, file } = parse({ path: 'input.sluice', text });
    const kinds = file.statements.map((statement) => statement.kind).join(', ');
    const shown = `${renderFindings(diagnostics)}\nread: ${kinds || 'nothing'}\n`;
    const expected = new URL(`${name}/expected.txt`, here);
    if (update) writeFileSync(expected, shown);
    expect(existsSync(expected), 'no expected.txt: look at the message, then run with SLUICE_UPDATE=1').toBe(true);
    expect(shown).toBe(readFileSync(expected, 'utf8'));
    expect(diagnostics).not.toHaveLength(0);
  });
});
