/** Groups whose rules several uses share mean in a plan what they mean in the policy, as chains and in place. */
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import type { ProgramItem, ProgramRule, ProgramScope } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import { everyNode, leaves } from '../../compiler/6-plan/plan.ts';
import type { Prices } from '../../compiler/cost/prices.ts';
import { provePlan } from '../../compiler/proof/prove.ts';
import { origin, packet, rules } from '../arbitraries/program.ts';
import { DEAR_LISTS, programOf, stageOf } from '../builders/program.ts';
import { walkItems, walkPlan } from '../oracles/plan-walk.ts';

const packets = fastCheck.array(packet, { minLength: 20, maxLength: 40 });

const use = (items: readonly ProgramItem[]): ProgramScope => ({ kind: 'scope', origin, name: 'group', items });

/** The rules, and every so many of them leaves the group. */
const leavingEvery = (list: readonly ProgramRule[], step: number): ProgramRule[] =>
  list.map((rule, at) =>
    at % step === 0 ? { ...rule, effects: [], decision: { kind: 'verdict', verdict: { kind: 'leave' } } } : rule,
  );

/** Rules between uses of two groups, of which the second uses the first; each use has the very same list. */
const listsWithGroups = fastCheck
  .tuple(rules(12), rules(12), rules(10), fastCheck.constantFrom(2, 3, 100))
  .map(([inner, outer, between, step]): ProgramItem[] => {
    const first = leavingEvery(inner, step);
    const second: ProgramItem[] = [use(first), ...leavingEvery(outer, step), use(first)];
    return [use(first), ...between.slice(0, 3), use(second), ...between.slice(3), use(second), use(first)];
  });

const CHEAP_CHAINS: Prices = { ...DEAR_LISTS, chain: () => 0, reach: (things) => things };
const DEAR_CHAINS: Prices = { ...DEAR_LISTS, chain: () => 10_000 };

it.each([
  ['chains', CHEAP_CHAINS],
  ['in place', DEAR_CHAINS],
])('as %s they mean what their items mean, and the proof says so', (kind, prices) => {
  let chains = 0;
  let inPlace = 0;
  fastCheck.assert(
    fastCheck.property(listsWithGroups, packets, (list, sample) => {
      const program = programOf(stageOf(list));
      const { plan } = buildPlan(program, { prices });
      const { body } = plan.stages[0]!;
      for (const node of everyNode(body)) {
        if (node.kind !== 'scope' || leaves(node.body)) continue;
        if (node.isChain) chains++;
        else inPlace++;
      }
      for (const one of sample) expect(walkPlan(body, one)).toEqual(walkItems(list, one));
      expect(provePlan(program, plan).diagnostics.map(({ message }) => message)).toEqual([]);
    }),
  );
  expect(kind === 'chains' ? chains : inPlace).toBeGreaterThan(0);
});
