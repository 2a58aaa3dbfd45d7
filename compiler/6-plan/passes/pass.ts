import type { ProgramRule, Stage } from '../../4-program/program.ts';
import type { PlanNode } from '../plan.ts';

/** A pure function from a stage's plan to one that means the same. */
export interface Pass {
  /** As in `--without NAME` and in the reference. */
  readonly name: string;
  /** One paragraph: what it does and why it is sound. */
  readonly description: string;
  readonly run: (node: PlanNode, stage: Stage) => PlanNode;
}

/** The plan with each linear list put through `change`; lookups' rows keep their rules. */
export function mapRules(node: PlanNode, change: (rules: readonly ProgramRule[]) => PlanNode): PlanNode {
  switch (node.kind) {
    case 'sequence':
      return { ...node, steps: node.steps.map((step) => mapRules(step, change)) };
    case 'rules':
      return change(node.rules);
    case 'scope':
      return { ...node, body: mapRules(node.body, change) };
    case 'switch':
      return { ...node, cases: node.cases.map((one) => ({ ...one, body: mapRules(one.body, change) })) };
    case 'lookup':
      return node;
  }
}

/** Nodes as one: runs of lists joined, nothing wrapped that stands alone. */
export function sequence(steps: readonly PlanNode[]): PlanNode {
  const joined: PlanNode[] = [];
  for (const step of steps) {
    const last = joined.at(-1);
    if (step.kind === 'rules' && last?.kind === 'rules') {
      joined[joined.length - 1] = { kind: 'rules', rules: [...last.rules, ...step.rules] };
    } else if (step.kind !== 'rules' || step.rules.length > 0) {
      joined.push(step);
    }
  }
  return joined.length === 1 ? joined[0]! : { kind: 'sequence', steps: joined };
}
