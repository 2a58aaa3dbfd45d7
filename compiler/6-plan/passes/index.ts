/** The passes, in the order in which a plan goes through them. Adding one: a file here, and a line in this list. */
import type { Stage } from '../../4-program/program.ts';
import type { PlanNode } from '../plan.ts';

/** A pure function from a stage's plan to one that means the same. */
export interface Pass {
  /** As in `--without NAME` and in the reference. */
  readonly name: string;
  /** One paragraph: what it does and why it is sound. */
  readonly description: string;
  readonly run: (node: PlanNode, stage: Stage) => PlanNode;
}

export const PASSES: readonly Pass[] = [];
