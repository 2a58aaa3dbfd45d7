/** Every way of planning rules means what the rules mean. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Program, ProgramItem, ProgramRule, Stage } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import { guardLookupsFrom } from '../../compiler/6-plan/passes/guard-lookups.ts';
import { PASSES, type Pass } from '../../compiler/6-plan/passes/index.ts';
import type { PlanNode } from '../../compiler/6-plan/plan.ts';
import type { Prices } from '../../compiler/cost/prices.ts';
import type { Target } from '../../compiler/model/index.ts';
import { crossedList, items, longList, origin, packet, rules, translations, ZONES } from '../arbitraries/program.ts';
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

/** Where lists are dear, so that every pass finds work in short ones. */
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

const programOf = (list: readonly ProgramItem[]): Program => ({
  policy: undefined as never,
  target,
  stages: [stageOf(list)],
  zones: ZONES,
  memories: [],
  tables: [],
  balances: [],
  shapes: [],
});

const run = (pass: Pass, list: readonly ProgramRule[]): PlanNode =>
  pass.run({ kind: 'rules', rules: list }, { program: programOf(list), stage: stageOf(list), prices });

const lists = fastCheck.oneof(rules(60), longList, translations, crossedList);

const packets = fastCheck.array(packet, { minLength: 20, maxLength: 40 });

describe.each(PASSES.map((pass) => [pass.name, pass] as const))('pass %s', (_name, pass) => {
  it('keeps what every packet meets', () => {
    fastCheck.assert(
      fastCheck.property(lists, packets, (list, sample) => {
        const before: PlanNode = { kind: 'rules', rules: list };
        const after = run(pass, list);
        for (const one of sample) expect(walkPlan(after, one)).toEqual(walkPlan(before, one));
      }),
    );
  });
});

it('the lists above are long enough for each pass to do something', () => {
  const changed = new Set<string>();
  fastCheck.assert(
    fastCheck.property(lists, (list) => {
      for (const pass of PASSES) {
        const after = run(pass, list);
        if (after.kind !== 'rules' || after.rules.length < list.length) changed.add(pass.name);
      }
    }),
  );
  const forLists = PASSES.filter((pass) => pass.name !== 'guard-lookups').map((pass) => pass.name);
  expect([...changed].toSorted()).toEqual(forLists.toSorted());
});

describe('a plan with rows', () => {
  it.each([['without passes', PASSES.map((pass) => pass.name)] as const, ['with all passes', []] as const])(
    '%s means what its items mean',
    (_name, without) => {
      fastCheck.assert(
        fastCheck.property(items, packets, (list, sample) => {
          const { body, diagnostics } = planOf(list, [...without]);
          fastCheck.pre(diagnostics.length === 0);
          for (const one of sample) expect(walkPlan(body, one)).toEqual(walkItems(list, one));
        }),
      );
    },
  );

  it('keeps its meaning with guards before its lookups', () => {
    let guarded = 0;
    fastCheck.assert(
      fastCheck.property(items, packets, (list, sample) => {
        const { body, diagnostics } = planOf(list, []);
        fastCheck.pre(diagnostics.length === 0);
        const after = guardLookupsFrom(1, body);
        if (JSON.stringify(after, bigintsAsText) !== JSON.stringify(body, bigintsAsText)) guarded++;
        for (const one of sample) expect(walkPlan(after, one)).toEqual(walkItems(list, one));
      }),
    );
    expect(guarded).toBeGreaterThan(0);
  });
});

const bigintsAsText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function planOf(
  list: readonly ProgramItem[],
  without: readonly string[],
): { body: PlanNode; diagnostics: readonly unknown[] } {
  const { plan, diagnostics } = buildPlan(programOf(list), { without, prices });
  return { body: plan.stages[0]!.body, diagnostics };
}
