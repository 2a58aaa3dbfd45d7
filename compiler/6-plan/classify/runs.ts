/** Which rules of a list may stand together in a tree of lookups. */
import type { Family, ProgramRule } from '../../4-program/program.ts';
import { hasOpaque, isPlainButForCounting } from '../commute.ts';

export interface Run<Item> {
  readonly items: readonly Item[];
  readonly isOpen: boolean;
}

/** A list cut into runs of what passes a test, and what does not. */
export function runsOf<Item>(list: readonly Item[], isOpen: (item: Item) => boolean): Run<Item>[] {
  const runs: { items: Item[]; isOpen: boolean }[] = [];
  for (const item of list) {
    const open = isOpen(item);
    const last = runs.at(-1);
    if (last?.isOpen === open) last.items.push(item);
    else runs.push({ items: [item], isOpen: open });
  }
  return runs;
}

/**
 * Whether a rule may stand in a tree, where there may be copies of it. One that leaves its group may not: from behind a
 * lookup there is no way back to where the group was used. Nor one with words of a plane's own.
 */
export function mayBeCopied(rule: ProgramRule): boolean {
  const { decision } = rule;
  return !hasOpaque(rule) && !(decision?.kind === 'verdict' && decision.verdict.kind === 'leave');
}

/** Whether a rule for both families may become one for each: it decides or counts, and does nothing else. */
export function isForOneFamily(rule: ProgramRule): boolean {
  return rule.family !== undefined || isPlainButForCounting(rule);
}

/** Rules as packets of one family meet them. */
export interface FamilyRules {
  readonly family: Family | undefined;
  readonly rules: readonly ProgramRule[];
}

/** The rules that packets of each family meet; one list where no rule speaks of a family. */
export function byFamily(rules: readonly ProgramRule[]): readonly FamilyRules[] {
  if (rules.every(({ family }) => family === undefined)) return [{ family: undefined, rules }];
  return ([4, 6] as const)
    .map((one) => ({ family: one, rules: rules.filter(({ family }) => family === undefined || family === one) }))
    .filter((part) => part.rules.length > 0);
}
