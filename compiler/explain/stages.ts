/** A plane's stages: their plans as steps, what goes before and behind the rules, and the plans that were not chosen. */
import type { Program, Stage, StageId } from '../4-program/program.ts';
import { buildPlan, type PassChoice } from '../6-plan/build.ts';
import { PASSES } from '../6-plan/passes/index.ts';
import { isNothing, type Plan, type StagePlan } from '../6-plan/plan.ts';
import { costOf } from '../cost/cost.ts';
import type { MemorySizes } from '../cost/memory.ts';
import type { Prices } from '../cost/prices.ts';
import type { Shape } from '../model/index.ts';
import { listedName } from '../model/shape-interface.ts';
import type { Lowered } from '../plane.ts';
import type { Alternative, Expense, ExplainedStage } from './explained.ts';
import { explainBalance } from './balances.ts';
import { explainSearch } from './rule-search.ts';
import { explainShape } from './shapes.ts';
import { trafficOf, type ListedClasses } from './traffic.ts';
import { stepsOf } from './plan-steps.ts';

/** A plane's part of a target, with the plan that was chosen for it. */
export interface PlannedPart extends PassChoice {
  readonly program: Program;
  readonly plan: Plan;
  /** Passes without which the plan is the same; undefined: that is not known. */
  readonly idle?: ReadonlySet<string>;
  readonly prices: Prices;
  readonly memory?: MemorySizes | undefined;
  readonly lowered?: Pick<Lowered, 'ruleSearches'>;
  /** What the target's planes say of its shapers. */
  readonly searches?: Lowered['searches'];
  /** What was listed of its shapers. */
  readonly listed?: readonly ListedClasses[];
}

export function explainStages(part: PlannedPart): readonly ExplainedStage[] {
  const { plan, prices, memory } = part;
  const others = prices.tellTime ? otherPlans(part) : [];
  const searches = part.lowered?.ruleSearches?.() ?? [];
  const told = { prices, memory, isFound: searches.length > 0 };
  const stages = plan.stages
    .map((stage, index): ExplainedStage => {
      const expense = expenseOfStage(stage, prices);
      return {
        name: stage.stage.id,
        before: goesBefore(stage.stage),
        default: stage.stage.default?.kind,
        expense: prices.tellTime ? expense : undefined,
        steps: [...stepsOf(stage.eachPacket, told), ...stepsOf(stage.body, told)],
        alternatives: others.flatMap((other) => alternative(other, index, expense, prices)),
      };
    })
    .filter(({ steps, default: verdict }) => steps.length > 0 || verdict !== undefined);
  const first = stages.findIndex(({ name }) => !BEFORE_BALANCE.has(name));
  const at = first < 0 ? stages.length : first;
  return [
    ...searches.map(explainSearch),
    ...stages.slice(0, at),
    ...part.program.balances.map(explainBalance),
    ...stages.slice(at),
    ...part.program.shapes.map((shape) => withTraffic(shape, part)),
  ];
}

function withTraffic(shape: Shape, { program, searches, listed = [] }: PlannedPart): ExplainedStage {
  const found = listed.find((one) => one.interface === listedName(shape, program.target));
  const explained = explainShape(shape, searches?.get(shape));
  return found ? { ...explained, classes: trafficOf(shape, program.policy.shapes, found) } : explained;
}

/** What packets meet before they are sent to backends, those that are translated last. */
const BEFORE_BALANCE: ReadonlySet<string> = new Set([
  'police',
  'mitigate',
  'shape ingress',
  'raw',
  'mangle prerouting',
] satisfies StageId[]);

/** What a packet pays for the rules of a stage: those for every packet, and those for what begins a flow. */
export function expenseOfStage({ eachPacket, body }: StagePlan, prices: Prices): Expense {
  const nodes = [eachPacket, body].filter((node) => !isNothing(node)).map((node) => costOf(node, prices));
  return {
    expected: nodes.reduce((sum, { expected }) => sum + expected, 0),
    worst: nodes.reduce((sum, { worst }) => sum + worst, 0),
  };
}

interface OtherPlan {
  readonly without: string;
  readonly plan: Plan;
}

/** The plan without each of the passes, one at a time. */
function otherPlans({ program, prices, idle, without = [] }: PlannedPart): readonly OtherPlan[] {
  return PASSES.filter(({ name }) => !without.includes(name) && !idle?.has(name)).map(({ name }) => ({
    without: name,
    plan: buildPlan(program, { prices, without: [...without, name] }).plan,
  }));
}

/** Differences below this are of rounding. */
const LEAST_DIFFERENCE = 0.5;

function alternative({ without, plan }: OtherPlan, index: number, chosen: Expense, prices: Prices): Alternative[] {
  const expense = expenseOfStage(plan.stages[index]!, prices);
  const differs = (kind: keyof Expense) => Math.abs(expense[kind] - chosen[kind]) >= LEAST_DIFFERENCE;
  return differs('expected') || differs('worst') ? [{ without, expense }] : [];
}

function goesBefore({ stateful }: Stage): readonly string[] {
  if (stateful === undefined) return [];
  const invalid = stateful.invalid === 'drop' ? ['invalid packets are dropped'] : [];
  return ['packets of established flows pass', ...invalid];
}
