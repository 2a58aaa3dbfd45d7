/**
 * Policies and how they are formatted, a folder each: `input.sluice` and `expected.sluice`. `SLUICE_UPDATE=1` writes that
 * anew.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../grammar/parse.ts';
import { format } from '../../../grammar/prettier-plugin.ts';
import { withoutSpans } from '../../builders/without-spans.ts';

const here = new URL('./', import.meta.url);
const update = process.env['SLUICE_UPDATE'] === '1';

const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('a policy is formatted', () => {
  it.each(cases)('%s', async (name) => {
    const text = readFileSync(new URL(`${name}/input.sluice`, here), 'utf8');
    const formatted = await format(text);
    const expected = new URL(`${name}/expected.sluice`, here);
    if (update) writeFileSync(expected, formatted);
    expect(existsSync(expected), 'no expected.sluice: look at the result, then run with SLUICE_UPDATE=1').toBe(true);
    expect(formatted).toBe(readFileSync(expected, 'utf8'));
    expect(await format(formatted)).toBe(formatted);
    const [before, after] = [text, formatted].map((of) => parse({ path: 'text', text: of }));
    expect(after?.diagnostics).toEqual([]);
    expect(withoutSpans(after?.file)).toEqual(withoutSpans(before?.file));
  });
});
