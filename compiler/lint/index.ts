/** All lint rules, by group and in the order of the reference. Adding one: a file here, and a line in this list. */
import type { LintRule } from './rule.ts';
import { rowNeverMatters } from './reach/row-never-matters.ts';
import { unreachable } from './reach/unreachable.ts';
import { expiredSuppression } from './upkeep/expired-suppression.ts';
import { malformedSuppression } from './upkeep/malformed-suppression.ts';
import { unusedSuppression } from './upkeep/unused-suppression.ts';

export const LINT_RULES: readonly LintRule[] = [
  unreachable,
  rowNeverMatters,
  expiredSuppression,
  unusedSuppression,
  malformedSuppression,
];
