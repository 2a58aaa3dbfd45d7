/**
 * Which order of the fields makes small diagrams of a stage's rules. Nothing but trying tells, and trying all of them takes long
 * where there are thousands of rules; a part of the rules, all over the list, ranks the orders as the whole list does.
 */
import type { Zone } from '../model/policy.ts';
import type { ProgramRule, Stage } from '../4-program/program.ts';
import { Diagrams } from './diagrams.ts';
import { FieldLayout, ORDERS, type FieldOrder } from './fields.ts';
import { OutOfBudget } from './node-table.ts';
import { compareStage } from './stage-proof.ts';
import { Unprovable } from './unprovable.ts';

/** Shorter lists are proved in hardly any time. */
const SHORTEST_LIST = 2000;
const SAMPLED = 600;
/** Bytes for the diagrams of a sample. */
const BUDGET = 2 ** 26;

/** All orders, that in which a sample of the stage's rules has the fewest nodes first. */
export function likelyOrders(stage: Stage, zones: readonly Zone[]): readonly FieldOrder[] {
  const rules = stage.items.filter((item): item is ProgramRule => item.kind === 'rule');
  if (rules.length < SHORTEST_LIST) return ORDERS;
  const step = Math.floor(rules.length / SAMPLED);
  const sample = rules.filter((_, index) => index % step === 0);
  return ORDERS.map((order) => ({ order, nodes: nodesOf(sample, order, stage, zones) }))
    .toSorted((a, b) => a.nodes - b.nodes)
    .map(({ order }) => order);
}

/** How many nodes the rules make as a list. */
function nodesOf(rules: readonly ProgramRule[], order: FieldOrder, stage: Stage, zones: readonly Zone[]): number {
  const sampled: Stage = { ...stage, implied: [], items: rules };
  const plan = { stage: sampled, eachPacket: { kind: 'rules', rules: [] }, body: { kind: 'rules', rules } } as const;
  const diagrams = new Diagrams(BUDGET);
  try {
    compareStage({ stage: sampled, plan, zones, unknown: new Set(), diagrams, layout: new FieldLayout(order) });
  } catch (error) {
    if (error instanceof OutOfBudget) return Infinity;
    if (!(error instanceof Unprovable)) throw error;
  }
  return diagrams.nodeCount;
}
