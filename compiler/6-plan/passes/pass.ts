import type { Decision, Program, ProgramRule, Stage } from '../../4-program/program.ts';
import type { Prices } from '../../cost/prices.ts';
import { mapNodes, type PlanNode } from '../plan.ts';

/** What a pass may know besides the plan. */
export interface PassContext {
  readonly program: Program;
  readonly stage: Stage;
  /** What a packet meets that gets through the plan; undefined: it goes on to what no pass knows. */
  readonly otherwise: Decision | undefined;
  /** What steps cost on the plane that the plan is for: by these passes choose. */
  readonly prices: Prices;
  /** What the passes behind this one will make of a plan, for choices by price; undefined: there are none. */
  readonly later?: (node: PlanNode) => PlanNode;
}

/** A pure function from a stage's plan to one that means the same. */
export interface Pass {
  /** As in `--without NAME` and in the reference. */
  readonly name: string;
  /** One paragraph: what it does and why it is sound. */
  readonly description: string;
  readonly run: (node: PlanNode, context: PassContext) => PlanNode;
}

/** The plan with each linear list put through `change`; lookups' rows keep their rules. */
export function mapRules(node: PlanNode, change: (rules: readonly ProgramRule[]) => PlanNode): PlanNode {
  return mapNodes(node, (one) => {
    if (one.kind !== 'rules') return one;
    const made = change(one.rules);
    // A list that is as it was is the same node: who asks whether something changed is told.
    return made.kind === 'rules' && isSame(made.rules, one.rules) ? one : made;
  });
}

function isSame(one: readonly ProgramRule[], other: readonly ProgramRule[]): boolean {
  return one.length === other.length && one.every((rule, at) => rule === other[at]);
}

/** Nodes as one: runs of lists joined, nothing wrapped that stands alone. */
export function sequence(steps: readonly PlanNode[]): PlanNode {
  const joined: PlanNode[] = [];
  let run: ProgramRule[] = [];
  for (const step of steps) {
    if (step.kind !== 'rules') {
      run = [];
      joined.push(step);
    } else if (step.rules.length > 0) {
      if (run.length === 0) joined.push({ kind: 'rules', rules: run });
      for (const rule of step.rules) run.push(rule);
    }
  }
  return joined.length === 1 ? joined[0]! : { kind: 'sequence', steps: joined };
}
