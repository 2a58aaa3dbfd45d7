/** The proof agrees with the walk: right plans are proved, and wrong ones refused with a packet that shows it. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProgramItem, Stage } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import { NOTHING, type StagePlan } from '../../compiler/6-plan/plan.ts';
import { Diagrams } from '../../compiler/proof/diagrams.ts';
import { FieldLayout, ORDERS } from '../../compiler/proof/fields.ts';
import { compareStage, type Difference } from '../../compiler/proof/stage-proof.ts';
import { crossedList, items, longList, rules, serviceItems, translations, ZONES } from '../arbitraries/program.ts';
import {
  CHEAP_TESTS,
  DEAR_LISTS,
  hasSearches,
  isTestedFirst,
  programOf,
  searchesOf,
  stageOf,
} from '../builders/program.ts';

function planOf(stage: Stage, without: readonly string[] = [], prices = DEAR_LISTS): StagePlan | undefined {
  const { plan, diagnostics } = buildPlan(programOf(stage), { without, prices });
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

  it('with searches side by side, whatever they cost', () => {
    let searched = 0;
    fastCheck.assert(
      fastCheck.property(crossedList, (list) => {
        const stage = stageOf(list);
        const body = searchesOf(list);
        if (hasSearches(body)) searched++;
        expect(compare(stage, { stage, eachPacket: NOTHING, body }, false)).toBeUndefined();
      }),
    );
    expect(searched).toBeGreaterThan(0);
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

  it.each([
    ['the prefix that they share, row by row', 'address', items, false],
    ['the prefix that they share, by its key', 'address', items, true],
    ['the services that they are about, row by row', 'service', serviceItems, false],
    ['the services that they are about, by its key', 'service', serviceItems, true],
  ] as const)('with rows of a table behind %s', (_name, what, lists, byKey) => {
    let tested = 0;
    fastCheck.assert(
      fastCheck.property(lists, (list) => {
        const stage = stageOf(list);
        const plan = planOf(stage, [], CHEAP_TESTS);
        fastCheck.pre(plan !== undefined);
        if (isTestedFirst(plan.body, what)) tested++;
        expect(compare(stage, plan, byKey)).toBeUndefined();
      }),
    );
    expect(tested).toBeGreaterThan(0);
  });
});
