import { expect, test } from 'vitest';
import { PROBLEMS as NFTABLES } from '../../../backends/nftables/problems.ts';
import { PROBLEMS as COMMANDS } from '../../../cli/problems.ts';
import { COMPILER_SECTIONS, duplicateCodes, kindsOf } from '../../../compiler/diagnostics/catalogue.ts';

const kinds = kindsOf([
  ...COMPILER_SECTIONS,
  { title: 'nftables', problems: NFTABLES },
  { title: 'commands', problems: COMMANDS },
]);

test('no code stands for two kinds of finding', () => {
  expect(duplicateCodes(kinds)).toEqual([]);
  expect(duplicateCodes([...kinds, kinds[0]!])).toEqual([kinds[0]!.code]);
});

test('every kind has a code of the form SL0000, a title and an explanation', () => {
  expect(kinds.length).toBeGreaterThan(100);
  for (const { code, title, explanation } of kinds) {
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
