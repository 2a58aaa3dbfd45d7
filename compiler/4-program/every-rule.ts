/** All rules of a Program, and what is asked of all of them. */
import type { Memory } from '../model/index.ts';
import type { Program, ProgramItem, ProgramRule } from './program.ts';

/** All rules of items, in groups and for rows too; the rules of a list that several uses share come once. */
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

/** Whether some rule keeps packets out of the connection table. */
export function exemptsFlows({ stages }: Program): boolean {
  return stages.some(({ items }) =>
    everyRule(items).some(({ effects }) => effects.some(({ effect }) => effect.kind === 'notrack')),
  );
}

/** Whether some rule forgets keys of a memory. */
export function isForgotten(memory: Memory, { stages }: Program): boolean {
  const forgets = ({ effects }: ProgramRule) =>
    effects.some(({ effect }) => effect.kind === 'forget' && effect.memory === memory);
  return stages.some(({ items }) => everyRule(items).some(forgets));
}
