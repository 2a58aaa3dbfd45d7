/** The examples in the reference: each rule finds its own bad one, and nothing in its good one. */
import { describe, expect, test } from 'vitest';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import { LINT_RULES } from '../../../compiler/lint/index.ts';
import { GROUPS } from '../../../compiler/lint/rule.ts';
import { lintText, messagesOf } from './lint-text.ts';

describe.each(LINT_RULES.map((rule) => [rule.name, rule] as const))('%s', (name, { bad, good }) => {
  test('finds its bad example', () => {
    const found = lintText(bad).findings.filter(({ rule }) => rule.name === name);
    expect(renderFindings(found.map(({ diagnostic }) => diagnostic))).toMatchSnapshot();
    expect(found).not.toEqual([]);
  });

  test('is silent about its good example', () => {
    expect(messagesOf(name, good)).toEqual([]);
  });
});

test('rules are told apart by name and by code, and stand in the order of their groups', () => {
  const names = LINT_RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(LINT_RULES.map(({ code }) => code)).size).toBe(names.length);
  const groups = LINT_RULES.map(({ group }) => GROUPS.indexOf(group));
  expect(groups).toEqual(groups.toSorted((a, b) => a - b));
});
