export type * from './condition.ts';
export type * from './fields.ts';
export type * from './policy.ts';
export type * from './table.ts';
