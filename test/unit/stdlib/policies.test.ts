import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkPolicy } from '../../../compiler/check.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';
import { MODULES } from './library.ts';

const ROOT = new URL('../../../', import.meta.url);

/** The policies in a folder, by path from the project's. */
function policiesIn(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sluice'))
    .map((path) => folder + path)
    .toSorted();
}

describe('policies that come with the project', () => {
  const tests = policiesIn('stdlib/tests/');

  it('hold a test in the language for each module of the library', () => {
    expect(tests).toEqual(MODULES.map((name) => `stdlib/tests/${name}.sluice`));
  });

  it.each([...tests, ...policiesIn('examples/')])('%s is checked without a finding, and expects something', (path) => {
    const file = new URL(path, ROOT);
    const source = { path, text: readFileSync(file, 'utf8') };
    const { policy, diagnostics } = checkPolicy(source, inputsOfFolder(new URL('.', file), undefined));
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
    const held = policy?.expectations.reduce((sum, block) => sum + block.expectations.length, 0);
    expect(held).toBeGreaterThan(3);
  });
});
