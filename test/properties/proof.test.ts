/** The proof agrees with the walk: right plans are proved, and wrong ones refused with a packet that shows it. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProgramItem, Stage } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import type { StagePlan } from '../../compiler/6-plan/plan.ts';
import type { Prices } from '../../compiler/cost/prices.ts';
import type { Target } from '../../compiler/model/index.ts';
import { Diagrams } from '../../compiler/proof/diagrams.ts';
import { FieldLayout, ORDERS } from '../../compiler/proof/fields.ts';
import { compareStage, type Difference } from '../../compiler/proof/stage-proof.ts';
import { crossedList, items, longList, origin, rules, translations, ZONES } from '../arbitraries/program.ts';

const stageOf = (list: readonly ProgramItem[]): Stage => ({
  id: 'filter forward',
  origin,
  stateful: undefined,
  default: undefined,
  zones: undefined,
  implied: [],
  items: list,
});

/** Where lists are dear, so that the planner finds work in short ones. */
const prices: Prices = {
  rule: 20,
  match: 3,
  chain: 5,
  hash: () => 30,
  interval: () => 40,
  concatenatedInterval: () => 60,
};

const target: Target = {
  name: 'here',
  origin,
  zones: new Map(),
  markMask: 0xffff0000,
  groOff: false,
  sockets: new Map(),
  planes: [],
};

function planOf(stage: Stage, without: readonly string[] = []): StagePlan | undefined {
  const program = {
    policy: undefined as never,
    target,
    stages: [stage],
    zones: ZONES,
    memories: [],
    tables: [],
    balances: [],
    shapes: [],
  };
  const { plan, diagnostics } = buildPlan(program, { without, prices });
  return diagnostics.length === 0 ? plan.stages[0] : undefined;
}

function tablesOf(list: readonly ProgramItem[]) {
  return new Set(list.flatMap((item) => (item.kind === 'each' ? [item.row.table] : [])));
}

function compare(stage: Stage, plan: StagePlan, byKey: boolean, order = 0): Difference | undefined {
  const layout = new FieldLayout(ORDERS[order]!);
  const unknown = byKey ? tablesOf(stage.items) : new Set<never>();
  return compareStage({ stage, plan, zones: ZONES, unknown, diagrams: new Diagrams(2 ** 27), layout });
}

describe('a plan of the planner is proved', () => {
  it.each(ORDERS.map((_, index) => index))('with the fields in order %i', (order) => {
    fastCheck.assert(
      fastCheck.property(fastCheck.oneof(rules(60), longList, translations, crossedList), (list) => {
        const stage = stageOf(list);
        expect(compare(stage, planOf(stage)!, false, order)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['row by row', false],
    ['by its key', true],
  ] as const)('with rows of a table, %s', (_name, byKey) => {
    fastCheck.assert(
      fastCheck.property(items, (list) => {
        const stage = stageOf(list);
        const plan = planOf(stage);
        fastCheck.pre(plan !== undefined);
        expect(compare(stage, plan, byKey)).toBeUndefined();
      }),
    );
  });
});
