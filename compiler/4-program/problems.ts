import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

/** What can go wrong when a checked policy becomes a Program: SL05xx. */
export const PROBLEMS = {
  tooManyConjunctions: {
    code: 'SL0501',
    severity: 'error',
    title: 'too many alternatives in one rule',
    explanation: `A rule is carried out as conjunctions of tests: \`where (a or b) and (c or d)\` needs four. This rule
needs more than 1,024, and no plane could hold it.

Lists inside one clause (\`from a, b\`, \`tcp/80, tcp/443\`) are one set and cost nothing here; alternatives of
*different* clauses, joined by \`or\` in \`where\` or negated together, are what multiplies. Split the rule, or put the
combinations into a table and use \`each\`.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
