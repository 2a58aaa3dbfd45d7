/** A Program of one list of rules, and prices at which every pass finds work in short ones. */
import type { Atom, Program, ProgramItem, ProgramRule, Stage } from '../../compiler/4-program/program.ts';
import { groupsOf } from '../../compiler/6-plan/concatenated/groups.ts';
import { intervalBoxes, wholeBoxes } from '../../compiler/6-plan/concatenated/key-boxes.ts';
import { withLookups, type Elements } from '../../compiler/6-plan/concatenated/ways.ts';
import { searchesBelow } from '../../compiler/6-plan/passes/ranked-searches.ts';
import { everyNode, type PlanNode } from '../../compiler/6-plan/plan.ts';
import type { Prices } from '../../compiler/cost/prices.ts';
import type { Target } from '../../compiler/model/index.ts';
import { origin, ZONES } from '../arbitraries/program.ts';

/** The list as a stage that judges every packet by itself. */
export function stageOf(list: readonly ProgramItem[]): Stage {
  return {
    id: 'filter forward',
    origin,
    stateful: undefined,
    default: undefined,
    zones: undefined,
    implied: [],
    items: list,
  };
}

/** Reserves bits of the mark, so that searches may stand side by side. */
const target: Target = {
  name: 'here',
  origin,
  zones: new Map(),
  markMask: 0xffff0000,
  groOff: false,
  defaultRoute: false,
  sockets: new Map(),
  planes: [],
};

/** A Program of this stage alone; it has no policy. */
export function programOf(stage: Stage): Program {
  return {
    policy: undefined as never,
    target,
    stages: [stage],
    zones: ZONES,
    memories: [],
    tables: [],
    balances: [],
    shapes: [],
  };
}

/** Lists are dear, and lookups cheap. */
export const DEAR_LISTS: Prices = {
  tellTime: false,
  rule: 20,
  match: 3,
  reach: () => 0,
  chain: () => 5,
  hash: () => 30,
  interval: () => 40,
  concatenatedInterval: () => 60,
};

/** Intervals are dear too, so that addresses are looked up by their upper bits. */
export const DEAR_INTERVALS: Prices = { ...DEAR_LISTS, rule: 80, interval: () => 200 };

/** A test costs next to nothing, and so does a small lookup, so that any larger one is worth either before it. */
export const CHEAP_TESTS: Prices = { ...DEAR_LISTS, rule: 1, match: 1, hash: (elements) => 30 + elements ** 2 };

/** The list with searches side by side wherever that is possible, whatever they cost. */
export function searchesOf(list: readonly ProgramRule[]): PlanNode {
  const stage = stageOf(list);
  const context = { program: programOf(stage), stage, otherwise: undefined, prices: DEAR_LISTS };
  return searchesBelow(() => Infinity, { kind: 'rules', rules: list }, context);
}

/** Whether a prefix of addresses, or services, are tested before a lookup of the plan. */
export function isTestedFirst(body: PlanNode, what: 'address' | 'service'): boolean {
  const isIt = ({ test }: Atom) => (test.kind === 'number' ? test.field : test.kind) === what;
  return [...everyNode(body)].some((node) => node.kind === 'lookup' && node.guard.some(isIt));
}

/** The list with lookups by several fields wherever rules get into some, whatever they cost; undefined: none do. */
export function lookupsOf(list: readonly ProgramRule[], elements: Elements): PlanNode | undefined {
  const groups = groupsOf(list, elements === 'whole' ? wholeBoxes : intervalBoxes, 2);
  return withLookups(list, groups, elements, 'list')?.node;
}

/** Whether searches stand side by side at the top of a plan. */
export function hasSearches(node: PlanNode): boolean {
  return node.kind === 'ranked' || (node.kind === 'sequence' && node.steps.some(hasSearches));
}
