export type * from './node.ts';
export type * from './values.ts';
export type * from './clauses.ts';
export type * from './rules.ts';
export type * from './statements.ts';
