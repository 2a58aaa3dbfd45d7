/**
 * What is tried of a compiler, mutated or not: bundled whole for each mutation (`mutant.ts`), and so with its own walk of
 * plans, which knows the sets of its own compiler only.
 */
import fastCheck from 'fast-check';
import { nftables } from '../../backends/nftables/index.ts';
import { tc } from '../../backends/tc/index.ts';
import { compile } from '../../compiler/compile.ts';
import type { Artifact } from '../../compiler/plane.ts';
import type { Inputs } from '../../compiler/inputs.ts';
import type { ProgramItem } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import type { PlanNode } from '../../compiler/6-plan/plan.ts';
import type { Prices } from '../../compiler/cost/prices.ts';
import { guardLookupsFrom } from '../../compiler/6-plan/passes/guard-lookups.ts';
import { isError } from '../../grammar/diagnostic.ts';
import { networksWithPackets } from '../arbitraries/networks.ts';
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
  DEAR_INTERVALS,
  DEAR_LISTS,
  lookupsOf,
  programOf,
  searchesOf,
  stageOf,
} from '../builders/program.ts';
import { nearlyAlike, packetsNearby } from './nearly-alike.ts';
import { walkItems, walkPlan, type Walk } from '../oracles/plan-walk.ts';

/** What came of a policy. */
export type Compiled =
  | { readonly kind: 'compiled'; readonly artifacts: readonly Artifact[] }
  | { readonly kind: 'refused'; readonly codes: readonly string[] };

/** `proof`: whether the compile proves its plan. */
export function compilePolicy(policy: string, inputs: Inputs, proof: boolean): Compiled {
  const options = { planes: [nftables, tc], nameBuild: () => 'conformance', proof };
  const { targets, diagnostics } = compile({ path: 'policy.sluice', text: policy }, inputs, options);
  const artifacts = targets[0]?.planes.flatMap((plane) => plane.artifacts);
  const errors = diagnostics.filter(isError);
  if (errors.length > 0 || artifacts === undefined) {
    return { kind: 'refused', codes: [...new Set(errors.map(({ code }) => code))] };
  }
  return { kind: 'compiled', artifacts };
}

/** The first of so many random lists whose plan a packet tells from the list; undefined: none. */
export function wrongPlan(runs: number, seed: number): string | undefined {
  const lists = fastCheck.oneof(rules(60), longList, crossedList, translations, items) as fastCheck.Arbitrary<
    ProgramItem[]
  >;
  const packets = fastCheck.array(packet, { minLength: 30, maxLength: 30 });
  const samples = [
    ...fastCheck.sample(fastCheck.tuple(lists, packets), { seed, numRuns: runs }),
    ...fastCheck.sample(fastCheck.tuple(items, packets), { seed, numRuns: 4 * runs }),
    ...fastCheck.sample(fastCheck.tuple(serviceItems, packets), { seed, numRuns: runs }),
    ...fastCheck.sample(fastCheck.tuple(nearlyAlike, packetsNearby), { seed, numRuns: 8 * runs }),
  ];
  for (const [list, sample] of samples) {
    const difference = differenceOf(list, sample);
    if (difference !== undefined) return difference;
  }
  for (const [list, sample] of fastCheck.sample(networksWithPackets, { seed, numRuns: runs })) {
    const difference = differenceFrom(list, sample, () => [planWith(DEAR_INTERVALS, list), searchesOf(list)]);
    if (difference !== undefined) return difference;
  }
  const alike = fastCheck.tuple(alikeList, fastCheck.array(packet, { minLength: 60, maxLength: 60 }));
  for (const [list, sample] of fastCheck.sample(alike, { seed, numRuns: runs })) {
    const ways = () => [lookupsOf(list, 'whole'), lookupsOf(list, 'intervals')].filter((way) => way !== undefined);
    const difference = differenceFrom(list, sample, ways);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function planWith(prices: Prices, list: readonly ProgramItem[]): PlanNode {
  return buildPlan(programOf(stageOf(list)), { prices }).plan.stages[0]!.body;
}

type Packet = Parameters<typeof walkItems>[1];

function differenceOf(list: readonly ProgramItem[], packets: readonly Packet[]): string | undefined {
  return differenceFrom(list, packets, () => {
    const { plan, diagnostics } = buildPlan(programOf(stageOf(list)), { prices: DEAR_LISTS });
    if (diagnostics.length > 0) return [];
    const { body } = plan.stages[0]!;
    // Tables of a test have too few rows for the pass to do anything by itself.
    return [body, guardLookupsFrom(1, body), planWith(CHEAP_TESTS, list)];
  });
}

function differenceFrom(
  list: readonly ProgramItem[],
  packets: readonly Packet[],
  plansOf: () => readonly PlanNode[],
): string | undefined {
  let plans: readonly PlanNode[];
  try {
    plans = plansOf();
  } catch (error) {
    return String(error);
  }
  for (const node of plans) {
    for (const one of packets) {
      const [expected, seen] = [textOf(() => walkItems(list, one)), textOf(() => walkPlan(node, one))];
      if (expected !== seen) return `expected ${expected}, planned ${seen}`;
    }
  }
  return undefined;
}

function textOf(walk: () => Walk): string {
  try {
    return JSON.stringify(walk());
  } catch (error) {
    return String(error);
  }
}
