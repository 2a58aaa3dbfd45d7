/**
 * Syntax trees of every construct, without a text: `print` one to have it. Only the grammar holds for them; names need
 * not be declared, and clauses stand in blocks where they mean nothing.
 */
export { policyFile } from './syntax/statements.ts';
