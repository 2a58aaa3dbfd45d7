/**
 * Syntax trees of every construct, without a text: `print` one to have it. Only the grammar holds for them; names need
 * not be declared, and clauses stand in blocks where they mean nothing.
 */
export { clause, clauses } from './syntax/clauses.ts';
export { NOWHERE } from './syntax/nodes.ts';
export { dispatchItems, ruleItems } from './syntax/rules.ts';
export { policyFile, statement } from './syntax/statements.ts';
export { expression, value } from './syntax/values.ts';
