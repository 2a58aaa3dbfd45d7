/** Every way of planning rules means what the rules mean. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProgramItem, Stage } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import { PASSES } from '../../compiler/6-plan/passes/index.ts';
import type { PlanNode } from '../../compiler/6-plan/plan.ts';
import { items, origin, packet, rules, ZONES } from '../arbitraries/program.ts';
import { walkItems, walkPlan } from '../oracles/plan-walk.ts';

const stageOf = (list: readonly ProgramItem[]): Stage => ({
  id: 'filter forward',
  origin,
  stateful: undefined,
  default: undefined,
  zones: undefined,
  implied: [],
  items: list,
});

const packets = fastCheck.array(packet, { minLength: 20, maxLength: 40 });

describe.each(PASSES.map((pass) => [pass.name, pass] as const))('pass %s', (_name, pass) => {
  it('keeps what every packet meets', () => {
    fastCheck.assert(
      fastCheck.property(rules(60), packets, (list, sample) => {
        const before: PlanNode = { kind: 'rules', rules: list };
        const after = pass.run(before, stageOf(list));
        for (const one of sample) expect(walkPlan(after, one)).toEqual(walkPlan(before, one));
      }),
    );
  });
});

describe('a plan with rows', () => {
  it.each([['without passes', PASSES.map((pass) => pass.name)] as const, ['with all passes', []] as const])(
    '%s means what its items mean',
    (_name, without) => {
      fastCheck.assert(
        fastCheck.property(items, packets, (list, sample) => {
          const stage = stageOf(list);
          const program = {
            policy: undefined as never,
            target: undefined,
            stages: [stage],
            zones: ZONES,
            memories: [],
            tables: [],
            balances: [],
            shapes: [],
          };
          const { plan, diagnostics } = buildPlan(program, { without: [...without] });
          fastCheck.pre(diagnostics.length === 0);
          for (const one of sample) expect(walkPlan(plan.stages[0]!.body, one)).toEqual(walkItems(list, one));
        }),
      );
    },
  );
});
