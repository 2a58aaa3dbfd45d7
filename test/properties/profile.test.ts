/** Whatever a profile says, packets meet what they met before; and the plan is still proved. */
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import type { ProgramRule } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import { hotOrder } from '../../compiler/6-plan/hot-order.ts';
import { hotRulesFirst } from '../../compiler/6-plan/passes/hot-rules-first.ts';
import { provePlan } from '../../compiler/proof/prove.ts';
import { crossedList, longList, packet, rules, translations } from '../arbitraries/program.ts';
import { DEAR_LISTS, programOf, stageOf } from '../builders/program.ts';
import { nearlyAlike, packetsNearby } from '../mutations/nearly-alike.ts';
import { walkItems, walkPlan } from '../oracles/plan-walk.ts';

/** The rules of a list with weights: most are met by few packets. */
const profiled = (lists: fastCheck.Arbitrary<readonly ProgramRule[]>) =>
  lists.chain((list) =>
    fastCheck
      .array(fastCheck.constantFrom(0.01, 0.01, 0.1, 1, 20), { minLength: list.length, maxLength: list.length })
      .map((weights) => list.map((rule, at) => ({ ...rule, weight: weights[at]! }))),
  );

const lists = profiled(fastCheck.oneof(rules(60), longList, translations, crossedList));
const packets = fastCheck.array(packet, { minLength: 20, maxLength: 40 });

const planOf = (list: readonly ProgramRule[]) => buildPlan(programOf(stageOf(list)), { prices: DEAR_LISTS }).plan;

it.each([
  ['lists', lists, packets],
  ['lists whose rules are nearly alike', profiled(nearlyAlike), packetsNearby],
] as const)('packets meet the same in %s', (_name, drawn, near) => {
  let moved = 0;
  fastCheck.assert(
    fastCheck.property(drawn, near, (list, sample) => {
      const context = { program: programOf(stageOf(list)), stage: stageOf(list), otherwise: undefined };
      const ordered = hotRulesFirst.run({ kind: 'rules', rules: list }, { ...context, prices: DEAR_LISTS });
      if (hotOrder(list).some((rule, place) => rule !== place)) moved++;
      const { body } = planOf(list).stages[0]!;
      for (const one of sample) {
        expect(walkPlan(ordered, one)).toEqual(walkItems(list, one));
        expect(walkPlan(body, one)).toEqual(walkItems(list, one));
      }
    }),
  );
  expect(moved).toBeGreaterThan(0);
});

it('no rule is lost, and none is asked twice', () => {
  fastCheck.assert(
    fastCheck.property(profiled(fastCheck.oneof(nearlyAlike, rules(40))), (list) => {
      expect(hotOrder(list).toSorted((a, b) => a - b)).toEqual([...list.keys()]);
    }),
  );
});

it('the plan is proved', () => {
  fastCheck.assert(
    fastCheck.property(lists, (list) => {
      const plan = planOf(list);
      expect(provePlan(plan.program, plan).diagnostics).toEqual([]);
    }),
    { numRuns: 20 },
  );
});
