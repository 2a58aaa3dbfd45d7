/** Whether a class of rules reads better as a table than as rules whose sets are merged. */
import type { ClassRows } from './class-rows.ts';
import type { ColumnData } from './table-store.ts';

/** A table of fewer rows is no easier to read than its rules. */
export const FEWEST_ROWS = 16;
/** Of classes up to this size it is tried whether merging makes a few rules of them. */
const MERGEABLE = 100;
/** So many rows a merged rule are worth merging. */
const ROWS_A_RULE = 8;

export function isWorthTable({ keys, data, comment }: ClassRows, count: number): boolean {
  if (count < FEWEST_ROWS || keys.length === 0) return false;
  if ('column' in data || 'column' in comment) return true;
  if (keys.every(({ type }) => type === 'port' || type === 'proto')) return false;
  return keys.length === 1 || count > MERGEABLE || !isProduct(keys);
}

/** Whether merging makes few rules of the rows: many first keys have the same others. */
function isProduct([first, ...others]: readonly ColumnData[]): boolean {
  const byFirst = new Map<string, string>();
  for (let row = 0; row < first!.values.length; row++) {
    const key = cell(first!, row);
    byFirst.set(key, `${byFirst.get(key) ?? ''} ${others.map((other) => cell(other, row)).join('/')}`);
  }
  return new Set(byFirst.values()).size * ROWS_A_RULE <= first!.values.length;
}

function cell({ values, lengths }: ColumnData, row: number): string {
  return `${values[row]}/${lengths?.[row]}`;
}
