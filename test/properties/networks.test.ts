/** Lists about networks of many sizes: trees of lookups, by whole values and by upper bits alone, mean what the lists mean. */
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import { blocksOf } from '../../compiler/6-plan/blocks.ts';
import { switchOnValue } from '../../compiler/6-plan/passes/switch-on-value.ts';
import type { PlanNode } from '../../compiler/6-plan/plan.ts';
import { networksWithPackets } from '../arbitraries/networks.ts';
import { DEAR_INTERVALS, hasSearches, programOf, searchesOf, stageOf } from '../builders/program.ts';
import { walkItems, walkPlan } from '../oracles/plan-walk.ts';

it('in one tree, where intervals are dear', () => {
  let cells = 0;
  fastCheck.assert(
    fastCheck.property(networksWithPackets, ([list, sample]) => {
      const stage = stageOf(list);
      const context = { program: programOf(stage), stage, otherwise: undefined, prices: DEAR_INTERVALS };
      const tree = switchOnValue.run({ kind: 'rules', rules: list }, context);
      if (looksUpCells(tree)) cells++;
      for (const one of sample) expect(walkPlan(tree, one)).toEqual(walkItems(list, one));
    }),
  );
  expect(cells).toBeGreaterThan(0);
});

it('in searches side by side', () => {
  let searched = 0;
  fastCheck.assert(
    fastCheck.property(networksWithPackets, ([list, sample]) => {
      const after = searchesOf(list);
      if (hasSearches(after)) searched++;
      for (const one of sample) expect(walkPlan(after, one)).toEqual(walkItems(list, one));
    }),
  );
  expect(searched).toBeGreaterThan(0);
});

/** Whether addresses are looked up somewhere by their upper bits, and asked for again below. */
function looksUpCells(node: PlanNode): boolean {
  if (node.kind === 'sequence') return node.steps.some(looksUpCells);
  if (node.kind !== 'switch') return false;
  const { field, cases, otherwise } = node;
  if ([...cases.map(({ body }) => body), otherwise].some(looksUpCells)) return true;
  const length = field.kind === 'address' ? (blocksOf(cases.map(({ values }) => values))?.length ?? 32) : 32;
  return length < 32 && cases.some(({ body }) => asksFor(field.field, body));
}

function asksFor(field: string, node: PlanNode): boolean {
  switch (node.kind) {
    case 'sequence':
      return node.steps.some((step) => asksFor(field, step));
    case 'rules':
      return node.rules.some(({ atoms }) => atoms.some(({ test }) => test.kind === 'address' && test.field === field));
    case 'switch':
      return [...node.cases.map(({ body }) => body), node.otherwise].some((body) => asksFor(field, body));
    default:
      return false;
  }
}
