/** What the meaning of a node is made of: that of other nodes, and of rules. */
import type { ProgramRule } from '../4-program/program.ts';
import type { Lookup, PlanNode, Switch } from '../6-plan/plan.ts';
import type { Diagram } from './diagrams.ts';
import type { Outcome } from './outcomes.ts';
import type { Place } from './rule-meaning.ts';

export interface NodeReader {
  /** The state after the node, where `before` is the state before it. */
  readonly after: (node: PlanNode, before: Outcome, place: Place) => Outcome;
  /** The state after rules that are asked one after another. */
  readonly list: (rules: readonly ProgramRule[], before: Outcome, place: Place) => Outcome;
  /** The packets that a node's family and guard let in. */
  readonly admitted: (node: Switch | Lookup, before: Outcome, place: Place) => Diagram;
}
