/**
 * The proof of a split: with the rules of a device before the host's, every packet meets what it meets by the policy alone. The device
 * sees fewer packets than its rules are about, for the odd ones go past them, so what is shown of its rules holds of it.
 */
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import type { Atom, Program, ProgramItem, Stage } from '../4-program/program.ts';
import type { Plan, PlanNode, StagePlan } from '../6-plan/plan.ts';
import type { RulesAhead } from '../plane.ts';
import { proveStage, type ProvedStage } from './prove.ts';

/** `plan` means what its Program does (prove.ts). Without an error in `diagnostics`, so do the rules of the device and it together. */
export function proveAhead(
  program: Program,
  plan: Plan,
  ahead: readonly RulesAhead[],
): { readonly proved: readonly ProvedStage[]; readonly diagnostics: readonly Diagnostic[] } {
  const proved: ProvedStage[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { stage: id, rules } of ahead) {
    const whole = inOne(plan.stages.filter(({ stage }) => stage.id === id));
    const { stage, eachPacket, body } = whole;
    const device: PlanNode = { kind: 'scope', origin: stage.origin, name: 'device', body: { kind: 'rules', rules } };
    const both: StagePlan = { stage, eachPacket, body: { kind: 'sequence', steps: [device, body] } };
    const result = proveStage(stage, both, program, undefined, "the device's part");
    if ('code' in result) diagnostics.push(result);
    else proved.push({ ...result, ahead: rules.length });
  }
  return { proved, diagnostics };
}

/** Blocks behind each other as one: what decides in one ends all of them. */
function inOne(plans: readonly StagePlan[]): StagePlan {
  const [first] = plans as readonly [StagePlan];
  if (plans.length === 1) return first;
  const items = plans.flatMap(({ stage }) =>
    [...stage.implied, ...stage.items].map((item) => itemUnder(item, boundOf(stage))),
  );
  const steps = (node: (plan: StagePlan) => PlanNode) =>
    plans.map((plan) => nodeUnder(node(plan), boundOf(plan.stage)));
  return {
    stage: { ...first.stage, implied: [], items, zones: undefined },
    eachPacket: { kind: 'sequence', steps: steps(({ eachPacket }) => eachPacket) },
    body: { kind: 'sequence', steps: steps(({ body }) => body) },
  };
}

/** That a packet comes in by the block's zones. */
function boundOf({ zones }: Stage): readonly Atom[] {
  return zones ? [{ test: { kind: 'zone', field: 'in', zones }, negated: false }] : [];
}

function itemUnder(item: ProgramItem, bound: readonly Atom[]): ProgramItem {
  if (item.kind === 'rule') return { ...item, atoms: [...bound, ...item.atoms] };
  return { ...item, items: item.items.map((one) => itemUnder(one, bound)) };
}

/** Of lists and lookups, which are what plans for devices have. */
function nodeUnder(node: PlanNode, bound: readonly Atom[]): PlanNode {
  switch (node.kind) {
    case 'sequence':
      return { ...node, steps: node.steps.map((step) => nodeUnder(step, bound)) };
    case 'scope':
      return { ...node, body: nodeUnder(node.body, bound) };
    case 'rules':
      return { ...node, rules: node.rules.map((rule) => ({ ...rule, atoms: [...bound, ...rule.atoms] })) };
    case 'lookup':
      return { ...node, guard: [...bound, ...node.guard] };
    default:
      throw new Error(`a plan for a device holds lists, and this one a ${node.kind}`);
  }
}
