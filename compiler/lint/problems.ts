/** The lint rules as kinds of findings: SL14xx. Each stands in its rule's file. */
import type { DiagnosticKind } from '../../grammar/diagnostic.ts';
import { LINT_RULES } from './index.ts';
import { kindOf } from './rule.ts';

export const PROBLEMS: Readonly<Record<string, DiagnosticKind>> = Object.fromEntries(
  LINT_RULES.map((rule) => [rule.name, kindOf(rule)]),
);
