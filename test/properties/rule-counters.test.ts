/** Where each rule has a counter of its own, the plan counts for each packet the rules that it meets, and no other. */
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import type { ProgramRule } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import type { PlanNode } from '../../compiler/6-plan/plan.ts';
import { provePlan } from '../../compiler/proof/prove.ts';
import { longList, packet, rules, translations } from '../arbitraries/program.ts';
import { DEAR_LISTS, programOf, stageOf } from '../builders/program.ts';
import { nearlyAlike, packetsNearby } from '../mutations/nearly-alike.ts';
import { atomHolds, walkPlan, type AbstractPacket } from '../oracles/plan-walk.ts';

/** The rules, each with a counter of its own and no other effect: called by its place in the list. */
function counted(list: readonly ProgramRule[]): ProgramRule[] {
  return list.map((rule, place) => ({
    ...rule,
    gates: [],
    effects: [{ effect: { kind: 'count', counter: { kind: 'named', name: `rule ${place}` } }, when: [[]], gates: [] }],
  }));
}

/** The places of the rules that a packet meets, up to the first that decides; sorted, as the walk gives them. */
function met(list: readonly ProgramRule[], one: AbstractPacket): string[] {
  const places: string[] = [];
  for (const [place, { family, atoms, decision }] of list.entries()) {
    if (family !== undefined && family !== one.family) continue;
    if (!atoms.every((atom) => atomHolds(atom, one))) continue;
    places.push(`rule ${place}`);
    if (decision) break;
  }
  return places.toSorted();
}

const plans = (list: readonly ProgramRule[]) => buildPlan(programOf(stageOf(list)), { prices: DEAR_LISTS }).plan;

function hasLookup(node: PlanNode): boolean {
  return node.kind === 'switch' || (node.kind === 'sequence' && node.steps.some(hasLookup));
}

it.each([
  [
    'lists',
    fastCheck.oneof(rules(60), longList, translations),
    fastCheck.array(packet, { minLength: 20, maxLength: 40 }),
  ],
  ['lists whose rules are nearly alike', nearlyAlike, packetsNearby],
] as const)('of %s', (_name, lists, packets) => {
  fastCheck.assert(
    fastCheck.property(lists, packets, (drawn, sample) => {
      const list = counted(drawn);
      const { body } = plans(list).stages[0]!;
      for (const one of sample) expect(walkPlan(body, one).effects).toEqual(met(list, one));
    }),
  );
});

it('long lists become lookups all the same, and are proved', () => {
  let [drawn, lookedUp] = [0, 0];
  fastCheck.assert(
    fastCheck.property(longList, (plain) => {
      const list = counted(plain);
      const plan = plans(list);
      drawn++;
      if (hasLookup(plan.stages[0]!.body)) lookedUp++;
      expect(provePlan(plan.program, plan).diagnostics).toEqual([]);
    }),
    { numRuns: 20 },
  );
  expect(lookedUp / drawn).toBeGreaterThan(0.5);
});
