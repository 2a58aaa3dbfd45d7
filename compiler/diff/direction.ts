/** Whether a change lets more through, or less. */
import type { StageId } from '../4-program/program.ts';
import type { Diagram, Diagrams } from '../proof/diagrams.ts';
import type { Change, Comparison } from './comparison.ts';
import { DECISION } from './rule-sets.ts';

/** `both`: more at one time and less at another, as the limits say; `other`: neither. */
export type Direction = 'widening' | 'narrowing' | 'both' | 'other';

/** Stages that let packets through, or not. */
export const JUDGES: ReadonlySet<StageId> = new Set<StageId>([
  'mitigate',
  'raw',
  'filter input',
  'filter forward',
  'filter output',
]);

export function directionOf(id: StageId, { aspect, old, new: later }: Change, comparison: Comparison): Direction {
  if (aspect !== DECISION || !JUDGES.has(id)) return 'other';
  const { packets, decisions } = comparison;
  const { diagrams } = packets;
  const allows = (value: number) => value === 0 || decisions.textOf(value).includes('"kind":"synproxy"');
  const [more, less] = lets(old, later, diagrams, allows);
  if (more && less) return 'both';
  return more ? 'widening' : less ? 'narrowing' : 'other';
}

const NO_PACKET: ReadonlySet<number> = new Set();

/** Whether for some answers of limits the second lets through what the first does not, and the reverse. */
function lets(
  old: Diagram,
  later: Diagram,
  diagrams: Diagrams,
  allows: (value: number) => boolean,
): readonly [more: boolean, less: boolean] {
  if (diagrams.isValue(old) && diagrams.isValue(later)) {
    const [before, after] = [old, later].map((one) => allows(diagrams.valueAt(one, NO_PACKET)));
    return [!before && after!, before! && !after];
  }
  const level = Math.min(diagrams.levelOf(old), diagrams.levelOf(later));
  const branch = (one: Diagram, at: 0 | 1) => (diagrams.levelOf(one) === level ? diagrams.branches(one)[at] : one);
  const [no, yes] = ([0, 1] as const).map((at) => lets(branch(old, at), branch(later, at), diagrams, allows));
  return [no![0] || yes![0], no![1] || yes![1]];
}
