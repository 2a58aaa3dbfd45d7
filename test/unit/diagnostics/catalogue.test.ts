import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMPILER_SECTIONS, duplicateCodes, kindsOf } from '../../../compiler/diagnostics/catalogue.ts';
import type { DiagnosticKind } from '../../../grammar/diagnostic.ts';

const root = join(import.meta.dirname, '../../..');

/** Every kind in every `problems.ts` below a folder. */
async function kindsBelow(folder: string): Promise<DiagnosticKind[]> {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const tables = paths.filter((path) => /(^|\/)problems\.ts$/.test(path));
  expect(tables, folder).not.toEqual([]);
  const modules = await Promise.all(tables.map((path) => import(join(root, folder, path)) as Promise<object>));
  return modules.flatMap((module) => Object.values(module)).flatMap(kindsIn);
}

/** The kinds of an export of a `problems.ts`, which is one, a list or a table of them. */
function kindsIn(exported: object): DiagnosticKind[] {
  return 'code' in exported ? [exported as DiagnosticKind] : (Object.values(exported) as DiagnosticKind[]);
}

/** Whatever tests expect: messages in full, snapshots, and what they say themselves. */
function textsBelow(folder: string): string[] {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const telling = paths.filter((path) => /(^|\/)expected\.txt$|\.snap$|\.test\.ts$/.test(path));
  return telling.map((path) => readFileSync(join(root, folder, path), 'utf8'));
}

function codesOf(kinds: readonly DiagnosticKind[]): string[] {
  return [...new Set(kinds.map(({ code }) => code))].toSorted();
}

test('the catalogue has every kind of the compiler and of the grammar', async () => {
  const defined = [...(await kindsBelow('grammar')), ...(await kindsBelow('compiler'))];
  expect(codesOf(kindsOf(COMPILER_SECTIONS))).toEqual(codesOf(defined));
});

test('no code stands for two kinds of finding', async () => {
  const kinds = [...kindsOf(COMPILER_SECTIONS), ...(await kindsBelow('backends')), ...(await kindsBelow('cli'))];
  expect(duplicateCodes(kinds)).toEqual([]);
  expect(duplicateCodes([...kinds, kinds[0]!])).toEqual([kinds[0]!.code]);
});

test('every kind is shown by a test', async () => {
  const kinds = [...kindsOf(COMPILER_SECTIONS), ...(await kindsBelow('backends')), ...(await kindsBelow('cli'))];
  const texts = ['cases', 'unit', 'kernel'].flatMap((folder) => textsBelow(`test/${folder}`));
  const shown = new Set(texts.flatMap((text) => text.match(/\bSL\d{4}\b/g) ?? []));
  expect(codesOf(kinds).filter((code) => !shown.has(code))).toEqual([]);
});

test('every kind has a code of the form SL0000, a title and an explanation', () => {
  for (const { code, title, explanation } of kindsOf(COMPILER_SECTIONS)) {
    expect(code).toMatch(/^SL\d{4}$/);
    expect(title, code).toMatch(/^\S.*\S$/);
    expect(explanation.trim().length, code).toBeGreaterThan(20);
  }
});

test('the codes of a phase begin alike', () => {
  for (const { title, problems } of COMPILER_SECTIONS) {
    const prefixes = new Set(Object.values(problems).map(({ code }) => code.slice(0, 4)));
    expect([...prefixes], title).toHaveLength(1);
  }
});
