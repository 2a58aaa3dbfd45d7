/**
 * Wrong policies, a folder each: `policy.sluice` and what it reads, and in `expected.txt` the whole message that a
 * person gets. `SLUICE_UPDATE=1` writes that anew. A first line `# today: 2026-01-31` (or `unknown`) sets the date.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lowerPolicy } from '../../../compiler/compile.ts';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import type { CalendarDate } from '../../../compiler/inputs.ts';
import { PLANES } from '../../../cli/planes.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';

const here = new URL('./', import.meta.url);
const update = process.env['SLUICE_UPDATE'] === '1';
const usualDay: CalendarDate = { year: 2026, month: 6, day: 15 };

const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('a wrong policy is explained', () => {
  it.each(cases)('%s', (name) => {
    const folder = new URL(`${name}/`, here);
    const text = readFileSync(new URL('policy.sluice', folder), 'utf8');
    const inputs = inputsOfFolder(folder, todayOf(text));
    const { targets, diagnostics } = lowerPolicy({ path: 'policy.sluice', text }, inputs, { planes: PLANES });
    const shown = renderFindings(diagnostics);
    const expected = new URL('expected.txt', folder);
    if (update) writeFileSync(expected, shown);
    expect(existsSync(expected), 'no expected.txt: look at the message, then run with SLUICE_UPDATE=1').toBe(true);
    expect(shown).toBe(readFileSync(expected, 'utf8'));
    expect(shown).not.toBe('');
    expect(targets.length === 0).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  });
});

function todayOf(text: string): CalendarDate | undefined {
  const [, word] = /^# today: (\S+)/.exec(text) ?? [];
  if (word === undefined) return usualDay;
  if (word === 'unknown') return undefined;
  const [year = 0, month = 0, day = 0] = word.split('-').map(Number);
  return { year, month, day };
}
