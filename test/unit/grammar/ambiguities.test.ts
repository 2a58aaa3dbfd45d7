import { expect, test } from 'vitest';
import { PolicyParser } from '../../../grammar/parser.ts';

test('the grammar has no ambiguity that one token would not settle', () => {
  expect(() => new PolicyParser(false)).not.toThrow();
});
