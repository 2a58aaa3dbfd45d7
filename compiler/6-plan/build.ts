/** Program → Plan, stage by stage: structure first, then the passes in their order. */
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import type { Decision, Program, ProgramEach, ProgramItem, ProgramRule, Stage } from '../4-program/program.ts';
import type { Prices } from '../cost/prices.ts';
import { PASSES, type Pass, type PassContext } from './passes/index.ts';
import { NOTHING, isNothing, type Plan, type PlanNode, type StagePlan } from './plan.ts';
import { lookupsFor } from './row-lookups.ts';

export interface PassChoice {
  /** Names of passes to leave out. */
  readonly without?: readonly string[];
}

export interface PlanOptions extends PassChoice {
  /** Of the plane that the plan is for. */
  readonly prices: Prices;
}

export interface BuiltPlan {
  readonly plan: Plan;
  /** What no plan carries out exactly. */
  readonly diagnostics: readonly Diagnostic[];
  /** Passes that found nothing to do, whatever they were asked: without them, the plan is the same. */
  readonly idle: ReadonlySet<string>;
}

/** The Plan of a Program. */
export function buildPlan(program: Program, options: PlanOptions): BuiltPlan {
  const diagnostics: Diagnostic[] = [];
  const busy = new Set<string>();
  const passes = PASSES.filter((pass) => !options.without?.includes(pass.name));
  const stages = program.stages.map((stage) =>
    planStage(stage, passes, { program, prices: options.prices }, { diagnostics, busy }),
  );
  const idle = new Set(passes.map(({ name }) => name).filter((name) => !busy.has(name)));
  return { plan: { program, stages }, diagnostics, idle };
}

/** What is found on the way. */
interface Found {
  readonly diagnostics: Diagnostic[];
  /** Passes that have changed something. */
  readonly busy: Set<string>;
}

function planStage(
  stage: Stage,
  passes: readonly Pass[],
  given: Omit<PassContext, 'stage' | 'otherwise' | 'later'>,
  { diagnostics, busy }: Found,
): StagePlan {
  const structure = new Structure(diagnostics);
  const eachPacket = structure.of(stage.items.filter(isEachPacket));
  const body = structure.of([...stage.implied, ...stage.items.filter((item) => !isEachPacket(item))]);
  const otherwise: Decision | undefined = stage.default && { kind: 'verdict', verdict: stage.default };
  return {
    stage,
    eachPacket: throughPasses(eachPacket, passes, { ...given, stage, otherwise: undefined }, busy),
    body: throughPasses(body, passes, { ...given, stage, otherwise }, busy),
  };
}

/** The plan behind the last pass. What a pass has tried with those behind it is not made once more. */
function throughPasses(node: PlanNode, passes: readonly Pass[], context: PassContext, busy: Set<string>): PlanNode {
  const [pass, ...behind] = passes;
  if (!pass) return node;
  const known = new Map<PlanNode, PlanNode>();
  const later = (one: PlanNode): PlanNode => {
    let result = known.get(one);
    if (!result) known.set(one, (result = throughPasses(one, behind, context, busy)));
    return result;
  };
  const made = pass.run(node, { ...context, later });
  if (made !== node) busy.add(pass.name);
  return later(made);
}

/** Whether an item is for every packet: a rule that says so, or nothing but such rules for each row or in a group. */
function isEachPacket(item: ProgramItem): boolean {
  return item.kind === 'rule' ? item.eachPacket : item.items.every(isEachPacket);
}

/** Items as nodes in order: runs of rules, lookups for `each`s, scopes. Lists that are one object become one node. */
class Structure {
  readonly #diagnostics: Diagnostic[];
  readonly #nodes = new Map<readonly ProgramItem[], PlanNode>();

  constructor(diagnostics: Diagnostic[]) {
    this.#diagnostics = diagnostics;
  }

  of(items: readonly ProgramItem[]): PlanNode {
    let node = this.#nodes.get(items);
    if (!node) this.#nodes.set(items, (node = this.#sequence(items)));
    return node;
  }

  #sequence(items: readonly ProgramItem[]): PlanNode {
    const steps: PlanNode[] = [];
    let rules: ProgramRule[] = [];
    let eaches: ProgramEach[] = [];
    const flush = () => {
      if (rules.length > 0) steps.push({ kind: 'rules', rules });
      if (eaches.length > 0) steps.push(...lookupsFor(eaches, this.#diagnostics));
      rules = [];
      eaches = [];
    };
    for (const item of items) {
      if (item.kind === 'rule') {
        if (eaches.length > 0) flush();
        rules.push(item);
      } else if (item.kind === 'each') {
        if (rules.length > 0) flush();
        eaches.push(item);
      } else {
        flush();
        const body = this.of(item.items);
        if (!isNothing(body)) steps.push({ kind: 'scope', origin: item.origin, name: item.name, body });
      }
    }
    flush();
    if (steps.length === 0) return NOTHING;
    return steps.length === 1 ? steps[0]! : { kind: 'sequence', steps };
  }
}
