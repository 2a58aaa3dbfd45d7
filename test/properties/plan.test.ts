/** Every way of planning rules means what the rules mean. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProgramItem, Stage } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import { PASSES } from '../../compiler/6-plan/passes/index.ts';
import type { PlanNode } from '../../compiler/6-plan/plan.ts';
import { items, longList, origin, packet, rules, translations, ZONES } from '../arbitraries/program.ts';
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
      fastCheck.property(fastCheck.oneof(rules(60), longList, translations), packets, (list, sample) => {
        const before: PlanNode = { kind: 'rules', rules: list };
        const after = pass.run(before, stageOf(list));
        for (const one of sample) expect(walkPlan(after, one)).toEqual(walkPlan(before, one));
      }),
    );
  });
});

it('the lists above are long enough for each pass to do something', () => {
  const changed = new Set<string>();
  fastCheck.assert(
    fastCheck.property(fastCheck.oneof(rules(60), longList, translations), (list) => {
      for (const pass of PASSES) {
        const after = pass.run({ kind: 'rules', rules: list }, stageOf(list));
        if (after.kind !== 'rules' || after.rules.length < list.length) changed.add(pass.name);
      }
    }),
  );
  expect([...changed].sort()).toEqual(PASSES.map((pass) => pass.name).sort());
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
