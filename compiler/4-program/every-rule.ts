/** All rules of a Program's items, in groups and for rows too; the rules of a list that several uses share come once. */
import type { ProgramItem, ProgramRule } from './program.ts';

export function everyRule(items: readonly ProgramItem[]): ProgramRule[] {
  const rules: ProgramRule[] = [];
  const seen = new Set<readonly ProgramItem[]>();
  const visit = (list: readonly ProgramItem[]): void => {
    if (seen.has(list)) return;
    seen.add(list);
    for (const item of list) {
      if (item.kind === 'rule') rules.push(item);
      else visit(item.items);
    }
  };
  visit(items);
  return rules;
}
