/** Every way of planning rules means what the rules mean. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProgramItem, ProgramRule } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import { guardLookupsFrom } from '../../compiler/6-plan/passes/guard-lookups.ts';
import { mergeIntoSets } from '../../compiler/6-plan/passes/merge-into-sets.ts';
import { PASSES, type Pass } from '../../compiler/6-plan/passes/index.ts';
import type { PlanNode } from '../../compiler/6-plan/plan.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import {
  alikeList,
  crossedList,
  items,
  longList,
  packet,
  rules,
  serviceItems,
  translations,
} from '../arbitraries/program.ts';
import {
  CHEAP_TESTS,
  DEAR_LISTS,
  hasSearches,
  isTestedFirst,
  lookupsOf,
  programOf,
  searchesOf,
  stageOf,
} from '../builders/program.ts';
import { nearlyAlike, packetsNearby } from '../mutations/nearly-alike.ts';
import { walkItems, walkPlan } from '../oracles/plan-walk.ts';

const run = (pass: Pass, list: readonly ProgramRule[]): PlanNode =>
  pass.run(
    { kind: 'rules', rules: list },
    { program: programOf(stageOf(list)), stage: stageOf(list), otherwise: undefined, prices: DEAR_LISTS },
  );

const lists = fastCheck.oneof(rules(60), longList, translations, crossedList, alikeList);

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
  // Three are for rows, one for groups, and one for rules that a profile knows: see profile.test.ts.
  const others = new Set(['guard-lookups', 'common-prefix', 'common-services', 'shared-groups', 'hot-rules-first']);
  const forLists = PASSES.filter((pass) => !others.has(pass.name)).map((pass) => pass.name);
  expect([...changed].toSorted()).toEqual(forLists.toSorted());
});

it('searches side by side find what every packet meets, whatever they cost', () => {
  let searched = 0;
  fastCheck.assert(
    fastCheck.property(crossedList, packets, (list, sample) => {
      const after = searchesOf(list);
      if (hasSearches(after)) searched++;
      for (const one of sample) expect(walkPlan(after, one)).toEqual(walkItems(list, one));
    }),
  );
  expect(searched).toBeGreaterThan(0);
});

it.each(['whole', 'intervals'] as const)(
  'lookups by several fields at once (%s) find what every packet meets, whatever they cost',
  (elements) => {
    let looked = 0;
    fastCheck.assert(
      fastCheck.property(alikeList, packets, (list, sample) => {
        const after = lookupsOf(list, elements);
        if (!after) return;
        looked++;
        for (const one of sample) expect(walkPlan(after, one)).toEqual(walkItems(list, one));
      }),
    );
    expect(looked).toBeGreaterThan(0);
  },
);

/** Two short lists with a long one between, whose rules allow what hardly any rule of the others is about. */
const farAlike = fastCheck
  .tuple(nearlyAlike, nearlyAlike)
  .map(([first, second]) => [...first.map(deciding), ...unlike(first[0]!, 80), ...second.map(deciding)]);

/** The rule without effects, and with a decision if it had none. */
const deciding = (rule: ProgramRule): ProgramRule => ({
  ...rule,
  effects: [],
  decision: rule.decision ?? { kind: 'verdict', verdict: { kind: 'drop' } },
});

/** So many rules that allow, each another service from another source. */
const unlike = (like: ProgramRule, count: number): ProgramRule[] =>
  Array.from({ length: count }, (_, at) => ({
    ...like,
    atoms: [
      {
        negated: false,
        test: { kind: 'address', field: 'source', view: 'real', family: 4, in: IntervalSet.of(32, 1000 + at) },
      },
      { negated: false, test: { kind: 'number', field: 'service', in: IntervalSet.of(24, 6 * 65_536 + 1000 + at) } },
    ],
    effects: [],
    decision: { kind: 'verdict', verdict: { kind: 'allow' } },
  }));

it.each(PASSES.map((pass) => [pass.name, pass] as const))(
  'pass %s keeps what packets meet in lists whose rules are nearly alike',
  (_name, pass) => {
    fastCheck.assert(
      fastCheck.property(fastCheck.oneof(nearlyAlike, farAlike), packetsNearby, (list, sample) => {
        const after = run(pass, list);
        for (const one of sample) expect(walkPlan(after, one)).toEqual(walkItems(list, one));
      }),
    );
  },
);

it('rules of such lists merge, and join others more than 64 rules above', () => {
  let [merged, far, drawn] = [0, 0, 0];
  fastCheck.assert(
    fastCheck.property(fastCheck.oneof(nearlyAlike, farAlike), (list) => {
      const placed = list.map((rule, at) => ({ ...rule, origin: { ...rule.origin, name: String(at) } }));
      const after = run(mergeIntoSets, placed);
      const joined = after.kind === 'rules' ? after.rules.filter((rule) => rule.merged !== undefined) : [];
      const distances = joined.flatMap(({ origin, merged: others }) =>
        others!.map(({ name }) => Number(name) - Number(origin.name)),
      );
      drawn++;
      if (joined.length > 0) merged++;
      if (distances.some((distance) => distance > 64)) far++;
    }),
  );
  expect(merged / drawn).toBeGreaterThan(0.1);
  expect(far / drawn).toBeGreaterThan(0.05);
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

  it.each([
    ['prefixes', 'address', items],
    ['services', 'service', serviceItems],
  ] as const)('keeps its meaning with %s tested before its lookups', (_name, what, drawnFrom) => {
    let [tested, drawn] = [0, 0];
    fastCheck.assert(
      fastCheck.property(drawnFrom, packets, (list, sample) => {
        const { body, diagnostics } = planOf(list, [], CHEAP_TESTS);
        fastCheck.pre(diagnostics.length === 0);
        drawn++;
        if (isTestedFirst(body, what)) tested++;
        for (const one of sample) expect(walkPlan(body, one)).toEqual(walkItems(list, one));
      }),
    );
    expect(tested / drawn).toBeGreaterThan(0.3);
  });
});

const bigintsAsText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function planOf(
  list: readonly ProgramItem[],
  without: readonly string[],
  prices = DEAR_LISTS,
): { body: PlanNode; diagnostics: readonly unknown[] } {
  const { plan, diagnostics } = buildPlan(programOf(stageOf(list)), { without, prices });
  return { body: plan.stages[0]!.body, diagnostics };
}
